"""The operator's side of a manifest: what it asks for, to be granted or left out line by line."""

from adapters.contract.codes import SHIELD_CLAIMS, Claim
from adapters.contract.identifiers import CHILD_NUMBERS
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Operation
from adapters.network.egress import origin


def grant_text(manifest: Manifest, granted: frozenset[Claim]) -> str:
    """A [[grant]] table in TOML with what is granted; what is claimed besides is a comment.

    Where the address is a secret (kind `sql`), the origin is for the operator to write.
    """
    source = manifest.source
    given = ", ".join(f'"{claim}"' for claim in sorted(granted))
    places = ", ".join(f'"{place}"' for place in _origins(manifest))
    refused = sorted(claimed(manifest) - granted)
    lines = [
        "[[grant]]",
        f'source = "{source.id}"',
        f'agency = "{source.agency}"',
        f"claims = [{given}]",
        *(f"# claims {claim}: {_MEANS[claim]}" for claim in refused),
        f"origins = [{places}]",
    ]
    if source.dsn is not None:
        lines.append('# such as "postgresql://host:5432"; the manifest keeps its address a secret')
    if not _finds_its_own(manifest):
        lines.append(
            '# test_person = { nhs_number = "999..." }: a made-up person that it holds. Until it'
            " finds that person or a child, its empty answers prove nothing"
        )
    return "\n".join(lines)


def counting(manifest: Manifest) -> list[Operation]:
    """The operations that find nobody to some effect: it proves absence, or helps to clear."""
    in_set = bool(SHIELD_CLAIMS & manifest.source.claims)
    by_number = [one for one in manifest.operation if one.card.needs & CHILD_NUMBERS]
    return [one for one in by_number if one.conclusive or in_set]


def _finds_its_own(manifest: Manifest) -> bool:
    live = {one.operation for one in manifest.example if one.live and one.outcome == "record"}
    return all(one.name in live for one in counting(manifest))


_MEANS = {
    Claim.SPINE: "it is asked first and says who the child is",
    Claim.SHIELD_SET: "its mark of a restricted child counts in every answer",
    Claim.SHIELD_AUTHORITY: "it can clear a child of a shield",
    Claim.NATIONAL: "it serves every area, so it does not say where a child lives",
    Claim.CONCLUSIVE: "its empty answer proves that there is no record",
    Claim.EFFECTS_NONE: "reading changes nothing there, so it may be asked again",
    Claim.POPULATION: "it holds few children, so fewer strangers look like the child",
    Claim.DUPLICATES: "two of its records may be about the same child",
}


def claimed(manifest: Manifest) -> frozenset[Claim]:
    """All that a manifest claims for its source: by name, and by what else it says."""
    source = manifest.source
    said = {
        Claim.EFFECTS_NONE: source.effects == "none",
        Claim.CONCLUSIVE: any(operation.conclusive for operation in manifest.operation),
        Claim.POPULATION: source.population is not None,
        Claim.DUPLICATES: source.duplicates,
    }
    return source.claims | {claim for claim, so in said.items() if so}


def _origins(manifest: Manifest) -> list[str]:
    addresses = [manifest.source.base_url, getattr(manifest.auth, "token_url", None)]
    return sorted({origin(address) for address in addresses if address is not None})
