"""What each way of failing means, and what to do about it: words of ours for codes of ours."""

from collections.abc import Mapping
from typing import Final

from adapters.contract.contract import Cause, Failure, Fault, Malformed, Refused, Unavailable

_RULES: Final[Mapping[str, str]] = {
    "adapter": "the adapter has a bug; tell whoever wrote it, the gateway's events name the error",
    "another_child": "every record bears another number than the one asked for; look at the path,"
    " the query or the WHERE that the number goes into",
    "batch": "an answer about several children does not say whose each record is; look at `batch`",
    "bundle": "this is not what the standard has here: a searchset Bundle, or a OneRoster zip with"
    " its tables; look at the path and at the export",
    "content_type": "the answer is of a media type that this kind does not read: a sign-in page or"
    " a proxy's page, most often",
    "csv": "a row has more or fewer cells than the header, as where a file was cut off; check"
    " file.delimiter, and that the export is renamed only once it is whole",
    "cut": "an answer about several children was cut short; raise limits.max_records, or ask fewer"
    " at once in `batch`",
    "data": "a GraphQL answer without `data`; look at the path, it may lead to something else",
    "depth": "the answer nests deeper than 48 levels; choose a path that gives less",
    "doctype": "the XML declares a document type, which is never read; have it sent without",
    "doubled_key": "a key stands twice in one object of the answer, so that one of the two is lost;"
    " have the system write it once",
    "empty": "the answer or the file has nothing in it; that proves nothing about a child",
    "encoding": "the text is not in the encoding that is declared; write the one it is in",
    "envelope": "the answer is no SOAP envelope with a Body; look at source.base_url and the path",
    "errors": "a GraphQL answer with errors; run the document against the system by hand",
    "fault": "a SOAP fault that blames the request; look at the envelope and the action",
    "header": "the file lacks columns that `map` reads, or has one twice; write the names of its"
    " first row",
    "host_key": "the SFTP server has another key than auth.host_key; ask its owner before you"
    " change it",
    "http": "the answer is no HTTP that can be read; is another protocol spoken at that port?",
    "json": "the body is not JSON, or not in UTF-8",
    "key": "the key that rows are found by cannot be read in any row; look at its path and `as`",
    "list": "one list of a record has more items than are read; have the system leave closed ones"
    " out",
    "object": "the answer is JSON, and neither an object nor a list; look at the path",
    "outcome": "a FHIR answer that is an OperationOutcome, or no resource; if it is how the system"
    " says that nobody was found, write `absent` for it",
    "page": "the next page cannot be told from the answer, leads elsewhere or in a circle; look at"
    " `page`",
    "plugin": "the plugin gave back something that is no reply; tell whoever wrote it",
    "record": "a record has no identity that can be read at that place; look at the shape, and"
    " write the path that the system has now",
    "record_id": "rows cannot be told apart, or are of records that were not asked for; name a"
    " column record_id in each statement",
    "records": "there is no list of records at that place; look at the shape, and write the path"
    " that the system has now, with [] at its end where a list is in a list",
    "repeated": "the next page is the same again; look at `page`: its param, its first, its size",
    "redirect": "the system sends us elsewhere, which is never followed; write the address that it"
    " leads to into source.base_url, with its origin in the operator's file",
    "same_moment": "several files of the newest moment fit the pattern, and each may hold children"
    " that the other does not; write a pattern that fits one of them",
    "statement": "the database cannot run the statement, or it would write; run it there by hand",
    "status": "a status that is no answer; if it is how the system says that nobody was found,"
    " write `absent` for it",
    "test_child": "the system does not find its test child by this operation, so that finding"
    " nobody proves nothing; look at the search, at what our login may see there, and at the"
    " grant's test_person",
    "token": "the token endpoint answered, and not with a bearer token; try the login by hand",
    "too_large": "more came than limits.max_body; raise it, or ask for less",
    "total": "there is no whole number at that place; look at the shape, or leave `total` out",
    "truncated": "the answer ended before its end; look at the network between, and at the system",
    "value": "the database cannot compare the value with the column; CAST the bind to its type",
    "xml": "the answer or the file is no XML that can be read",
    "zip": "the file is no zip archive that can be read; an upload may have been cut off",
}
_CAUSES: Final[Mapping[str, str]] = {
    Cause.REFUSED: "nobody listens at that address and port, or a firewall refuses us; check the"
    " port, and that the system is running",
    Cause.UNKNOWN_NAME: "no name server knows the name; check its spelling, and try it on the"
    " gateway's machine",
    Cause.UNREACHABLE: "no way leads to that address; check routes and firewalls from the"
    " gateway's machine",
    Cause.NETWORK_NOT_LISTED: "the name leads to a private address; if it is meant, the operator"
    ' adds its network to `origins` of the grant, as "10.20.0.0/16"',
    Cause.CERTIFICATE_EXPIRED: "the server's certificate is expired or not valid yet; have it"
    " renewed, and check this machine's clock",
    Cause.CERTIFICATE_OF_ANOTHER: "the server's certificate is of another name; write the name"
    " that stands in it into the address",
    Cause.CERTIFICATE_UNTRUSTED: "an authority that this machine does not know signed the server's"
    " certificate, or the server leaves the one between out; have the whole chain sent, and the"
    " authority installed on this machine (with scheme mtls: auth.ca)",
    Cause.CERTIFICATE_UNUSABLE: "the server's certificate may not be used so; have its owner look",
    Cause.OUR_CERTIFICATE_REFUSED: "the server wants a certificate of ours and got none, or not"
    " one that it trusts; use scheme mtls, and have its owner trust our authority",
    Cause.NO_TLS: "what answers there speaks no TLS that we do; check the port, and http or https",
    Cause.NO_FILE: "there is no file there that fits the pattern; look into the folder, and at the"
    " pattern and `file.dated`",
    Cause.FILE_CHANGING: "the file was written while it was read; have the export written under"
    " another name and renamed when it is whole",
}
_FAULTS: Final[Mapping[str, str]] = {
    Fault.CONNECTION: "no connection; check the address from the gateway's machine",
    Fault.DROPPED: "the connection ended before an answer; should the address begin with https,"
    " or does the server want a certificate of ours (scheme mtls)? Look into its own log",
    Fault.SERVER_ERROR: "the system says that it failed; look into its own log",
    Fault.BUSY: "the system asks us to slow down; lower limits.rate to what it bears",
    Fault.TIMED_OUT: "nothing whole came in time; raise limits.timeout, or find out what is slow",
    Fault.LIMIT: "our own limits left no turn in time; raise limits.rate if the system bears it",
    Fault.BREAKER_OPEN: "it failed too often of late and was not asked; mend what failed before",
    "refused": "the login or the right to read was refused; are the secrets that [auth] names the"
    " ones of this system? Try them by hand, and look into its own log",
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
