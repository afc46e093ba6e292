"""What each way of failing means, and what to do about it: words of ours for codes of ours."""

from collections.abc import Mapping
from typing import Final

from adapters.contract.contract import Cause, Failure, Fault, Malformed, Refused, Unavailable

_RULES: Final[Mapping[str, str]] = {
    "adapter": "the adapter has a bug. Tell its author; the gateway's events name the error",
    "another_child": "every record has another number than the one asked for. Check the path,"
    " the query or the WHERE that uses the number",
    "another_request": "the answer has the id of another request: a proxy or the system mixes"
    " answers up. Report it to those who run them, before you ask again",
    "batch": "an answer about several children does not say which child each record is about."
    " Check `batch`",
    "bundle": "this is not what the standard expects here: a searchset Bundle, or a OneRoster"
    " zip with its tables. Check the path and the export",
    "content_type": "this kind does not read that media type. Most often it is a sign-in page"
    " or a proxy's page",
    "csv": "a row has more or fewer cells than the header, as in a file that was cut off."
    " Check file.delimiter, and that the export is renamed only once it is complete",
    "cut": "an answer about several children was cut short. Raise limits.max_records, or ask"
    " about fewer children in `batch`",
    "data": "a GraphQL answer without `data`. Check the path: it may lead to something else",
    "depth": "the answer nests deeper than 48 levels. Choose a path that gives less",
    "doctype": "the XML declares a document type, which the gateway never reads. Have it sent"
    " without one",
    "doubled_column": "two columns of a row have the same name and say different things, so one of"
    " the two is lost. Give one of them another name (AS) in the SELECT",
    "doubled_key": "one object of the answer has the same key twice, so one of the two is"
    " lost. Have the system write it once",
    "empty": "the answer or the file is empty. That proves nothing about a child",
    "encoding": "the text is not in the declared encoding. Declare the encoding that it has",
    "envelope": "the answer is not a SOAP envelope with a Body. Check source.base_url and the path",
    "errors": "a GraphQL answer with errors. Run the document against the system by hand",
    "fault": "a SOAP fault that blames the request. Check the envelope and the action",
    "framing": "the answer has more around its content than content: interim answers, headers,"
    " chunks or trailers. Have it sent whole, or in larger pieces",
    "header": "the file lacks columns that `map` reads, or has one twice. Write the names of"
    " its first row",
    "host_key": "the SFTP server has another key than auth.host_key. Ask its owner before you"
    " change it",
    "http": "the answer is not readable HTTP. The port may speak another protocol",
    "json": "the body is not JSON, or not in UTF-8",
    "key": "no row has a readable value for the key that finds rows. Check its path and `as`",
    "list": "one list of a record has more items than the gateway reads. Have the system"
    " leave closed ones out",
    "object": "the answer is JSON, but neither an object nor a list. Check the path",
    "outcome": "the FHIR answer is an OperationOutcome, or not a resource. If the system says"
    ' "nobody found" in this way, write `absent` for it',
    "page": "the answer does not show the next page, or the link leads elsewhere or in a"
    " circle. Check `page`",
    "plugin": "the plugin returned something that is not a reply. Tell its author",
    "record": "a record has no readable identity at that place. Look at the shape, and write"
    " the path that the system has now",
    "record_id": "rows cannot be told apart, or belong to records that were not asked for."
    " Name a column record_id in each statement",
    "records": "there is no list of records at that place. Look at the shape, and write the"
    " path that the system has now. End it with [] if a list is in a list",
    "repeated": "the next page is the same again. Check `page`: its param, its first, its size",
    "replaced": "each record that was found says that another has replaced it. Have the system"
    " answer with the record that is in use",
    "redirect": "the system redirects us, which the gateway never follows. Write the new"
    " address into source.base_url, with its origin in the operator's file",
    "same_moment": "several files of the newest time fit the pattern, and each may hold"
    " children that the others do not. Write a pattern that fits one of them",
    "several_tables": "the statement names a table without a schema, and your account may read"
    " several of that name. Write the schema before it: social_care.person",
    "statement": "the database cannot run the statement, or the statement would write. Run it"
    " there by hand",
    "status": 'that status is not an answer. If the system says "nobody found" in this way,'
    " write `absent` for it",
    "test_child": "the system does not find its test child by this operation, so finding"
    " nobody proves nothing. Check the search, what our login may see there, and the grant's"
    " test_person",
    "token": "the token endpoint answered, but not with a bearer token. Try the login by hand",
    "too_large": "the answer is larger than limits.max_body. Raise it, or ask for less",
    "total": "there is no whole number at that place. Look at the shape, or leave `total` out",
    "truncated": "the answer ended too early. Check the network in between, and the system",
    "value": "the database cannot compare the value with the column. CAST the bind to its type",
    "xml": "the answer or the file is not readable XML",
    "zip": "the file is not a readable zip archive. An upload may have been cut off",
}
_CAUSES: Final[Mapping[str, str]] = {
    Cause.REFUSED: "nothing answers at that address and port, or a firewall refuses us. Check"
    " the port, and that the system is running",
    Cause.UNKNOWN_NAME: "no name server knows the name. Check its spelling, and try it on the"
    " gateway's machine",
    Cause.UNREACHABLE: "no route leads to that address. Check routes and firewalls from the"
    " gateway's machine",
    Cause.NETWORK_NOT_LISTED: "the name leads to a private address. If that is right, the"
    ' operator adds its network to `origins` of the grant, as "10.20.0.0/16"',
    Cause.CERTIFICATE_EXPIRED: "the server's certificate is expired or not valid yet. Have it"
    " renewed, and check this machine's clock",
    Cause.CERTIFICATE_OF_ANOTHER: "the server's certificate has another name. Write the name"
    " that it has into the address",
    Cause.CERTIFICATE_UNTRUSTED: "this machine does not know the authority that signed the"
    " server's certificate, or the server leaves out the intermediate one. Have the whole chain"
    " sent, and install the authority on this machine (with scheme mtls: auth.ca;"
    " with kind sql: source.authority)",
    Cause.CERTIFICATE_UNUSABLE: "the server's certificate may not be used for this. Ask its owner",
    Cause.OUR_CERTIFICATE_REFUSED: "the server wants a certificate from us and got none, or"
    " one that it does not trust. Use scheme mtls, and have its owner trust our authority",
    Cause.NO_TLS: "the answer there is not a TLS that we speak. Check the port, http or https, and"
    " that a PostgreSQL has ssl on",
    Cause.NO_FILE: "no file there fits the pattern. Check the folder, the pattern and `file.dated`",
    Cause.FILE_CHANGING: "the file was written while it was read. Have the export written"
    " under another name and renamed when it is complete",
}
_FAULTS: Final[Mapping[str, str]] = {
    Fault.CONNECTION: "no connection. Check the address from the gateway's machine",
    Fault.DROPPED: "the connection ended before an answer. The address may need https, or the"
    " server a certificate from us (scheme mtls). Check its own log",
    Fault.SERVER_ERROR: "the system says that it failed. Check its own log",
    Fault.BUSY: "the system asks us to slow down. Lower limits.rate to what it can take",
    Fault.TIMED_OUT: "no complete answer came in time. Raise limits.timeout, or find out what"
    " is slow",
    Fault.LIMIT: "our own limits left no turn in time. Raise limits.rate if the system can take it",
    Fault.BREAKER_OPEN: "it failed too often recently, so it was not asked. Fix what failed before",
    "refused": "the login or the right to read was refused. Check that the secrets named by"
    " [auth] belong to this system. Try them by hand, and check its own log",
}
ADVICE: Final[Mapping[str, str]] = {
    **{str(code): words for code, words in {**_CAUSES, **_FAULTS}.items()},
    **_RULES,
}


def failure_in_words(reply: Failure) -> str:
    """A failure with its key of the manifest, what was met there, and what to do about it."""
    match reply:
        case Malformed():
            said, code = f"an unusable reply (rule {reply.rule})", reply.rule
        case Refused():
            said, code = "refused", "refused"
        case Unavailable():
            code = str(reply.cause or reply.fault)
            said = f"unavailable ({code})"
    at = f" at {reply.place}" if reply.place else ""
    met = f": {reply.shape}" if isinstance(reply, Malformed) and reply.shape else ""
    todo = what_to_do(code)
    return f"{said}{at}{met}" + (f"; {todo}" if todo else "")


def what_to_do(rule: str) -> str:
    """What a rule, cause or fault means and what to do; empty for one of a plugin's own."""
    return ADVICE.get(rule, "")
