"""Social care of Northbrook: PostgreSQL with the tables of the Standard Safeguarding Dataset.

Two tables are the council's own: who may see what (access_restriction), and the teams' telephones.
"""

from collections.abc import Iterator
from typing import Final

from demo.population.caseload import Holding
from demo.population.people import Carer
from demo.systems.sql_script import Row, inserts, reader

DATABASE: Final = "ssd"
READER: Final = "teamaround_reader"
_SEX = {"female": "F", "male": "M"}
_TABLES = """
CREATE TABLE ssd_person (
    pers_person_id text PRIMARY KEY, pers_legacy_id text, pers_common_child_id text, pers_upn text,
    pers_forename text, pers_surname text, pers_sex text, pers_dob date, pers_expected_dob date);
CREATE INDEX ON ssd_person (pers_common_child_id);
CREATE INDEX ON ssd_person (lower(pers_surname), pers_dob);
CREATE TABLE ssd_address (
    addr_table_id text PRIMARY KEY, addr_person_id text REFERENCES ssd_person,
    addr_address_type text, addr_address_line text, addr_address_postcode text,
    addr_address_uprn text, addr_address_start_date date, addr_address_end_date date);
CREATE TABLE ssd_professionals (
    prof_professional_id text PRIMARY KEY, prof_professional_name text,
    prof_social_worker_registration_no text, prof_professional_job_title text);
CREATE TABLE ssd_involvements (
    invo_involvements_id text PRIMARY KEY, invo_person_id text REFERENCES ssd_person,
    invo_professional_id text REFERENCES ssd_professionals, invo_professional_role_id text,
    invo_professional_team text, invo_involvement_start_date date, invo_involvement_end_date date);
CREATE TABLE ssd_cin_episodes (
    cine_referral_id text PRIMARY KEY, cine_person_id text REFERENCES ssd_person,
    cine_referral_date date, cine_cin_primary_need_code text, cine_referral_source_code text,
    cine_close_date date, cine_close_reason text);
CREATE TABLE ssd_s47_enquiry (
    s47e_s47_enquiry_id text PRIMARY KEY, s47e_person_id text REFERENCES ssd_person,
    s47e_s47_start_date date, s47e_s47_end_date date);
CREATE TABLE ssd_cp_plans (
    cppl_cp_plan_id text PRIMARY KEY, cppl_person_id text REFERENCES ssd_person,
    cppl_cp_plan_start_date date, cppl_cp_plan_end_date date,
    cppl_cp_plan_latest_category text);
CREATE TABLE ssd_cla_episodes (
    clae_cla_episode_id text PRIMARY KEY, clae_person_id text REFERENCES ssd_person,
    clae_cla_episode_start_date date, clae_cla_episode_ceased date);
CREATE TABLE family_contact (
    person_id text REFERENCES ssd_person, name text, relationship text,
    parental_responsibility text, telephone text);
CREATE TABLE access_restriction (person_id text REFERENCES ssd_person, restricted text);
CREATE TABLE team_contact (team text PRIMARY KEY, telephone text, email text);
"""
# Each table's number, person, start and end, and the plans it is written for: a child under any
# plan is a child in need first.
_EPISODES = (
    (
        "ssd_cin_episodes",
        "cine_referral_id cine_person_id cine_referral_date cine_close_date",
        {"CHILD_IN_NEED", "SECTION_47_ENQUIRY", "CHILD_PROTECTION_PLAN", "LOOKED_AFTER"},
    ),
    (
        "ssd_s47_enquiry",
        "s47e_s47_enquiry_id s47e_person_id s47e_s47_start_date s47e_s47_end_date",
        {"SECTION_47_ENQUIRY"},
    ),
    (
        "ssd_cp_plans",
        "cppl_cp_plan_id cppl_person_id cppl_cp_plan_start_date cppl_cp_plan_end_date",
        {"CHILD_PROTECTION_PLAN"},
    ),
    (
        "ssd_cla_episodes",
        "clae_cla_episode_id clae_person_id clae_cla_episode_start_date clae_cla_episode_ceased",
        {"LOOKED_AFTER"},
    ),
)
_READABLE = (
    "ssd_person",
    "ssd_address",
    "ssd_professionals",
    "ssd_involvements",
    "ssd_cin_episodes",
    "ssd_s47_enquiry",
    "ssd_cp_plans",
    "ssd_cla_episodes",
    "family_contact",
    "access_restriction",
    "team_contact",
)


def script(holdings: tuple[Holding, ...]) -> str:
    """Tables, rows, and a role for the gateway that may only read."""
    workers = {h.worker.name: h.worker for h in holdings if h.worker}
    teams = {worker.team.name: worker.team for worker in workers.values()}
    contacts = [
        {"team": team.name, "telephone": team.telephone, "email": team.email}
        for team in teams.values()
    ]
    professionals = [
        {
            "prof_professional_id": worker.registration,
            "prof_professional_name": worker.name,
            "prof_social_worker_registration_no": worker.registration,
            "prof_professional_job_title": worker.team.role,
        }
        for worker in workers.values()
    ]
    return "".join(
        (
            _TABLES,
            inserts("ssd_person", map(_person, holdings)),
            inserts("ssd_address", (row for h in holdings for row in _addresses(h))),
            inserts("ssd_professionals", professionals),
            inserts("ssd_involvements", map(_involvement, holdings)),
            _episodes(holdings),
            inserts("family_contact", (_contact(h, c) for h in holdings for c in h.child.carers)),
            inserts("access_restriction", map(_restriction, holdings)),
            inserts("team_contact", contacts),
            reader(READER, _READABLE),
        )
    )


def _id(holding: Holding) -> str:
    return f"NB{holding.serial:06}"


def _person(holding: Holding) -> Row:
    child = holding.child
    return {
        "pers_person_id": _id(holding),
        "pers_common_child_id": child.nhs_number,
        "pers_upn": child.upn,
        "pers_forename": " ".join(child.given),
        "pers_surname": child.family,
        "pers_sex": _SEX[child.sex],
        "pers_dob": child.born,
    }


def _addresses(holding: Holding) -> Iterator[Row]:
    for n, home in enumerate(holding.child.addresses):
        yield {
            "addr_table_id": f"{_id(holding)}-{n}",
            "addr_person_id": _id(holding),
            "addr_address_type": "HOME",
            "addr_address_line": f"{home.line}, {home.town}",
            "addr_address_postcode": home.postcode,
            "addr_address_uprn": home.uprn,
            "addr_address_start_date": home.since,
            "addr_address_end_date": home.until,
        }


def _involvement(holding: Holding) -> Row:
    worker = holding.worker
    return {
        "invo_involvements_id": f"INV{holding.serial:06}",
        "invo_person_id": _id(holding),
        "invo_professional_id": worker.registration if worker else None,
        "invo_professional_role_id": "LEAD" if holding.lead else "ALLOCATED",
        "invo_professional_team": worker.team.name if worker else None,
        "invo_involvement_start_date": holding.since,
        "invo_involvement_end_date": holding.until,
    }


def _episodes(holdings: tuple[Holding, ...]) -> str:
    return "".join(
        inserts(table, (_episode(h, columns) for h in holdings if h.plan in plans))
        for table, columns, plans in _EPISODES
    )


def _episode(holding: Holding, columns: str) -> Row:
    number, person, start, end = columns.split()
    return {
        number: f"{number[:4]}-{holding.serial:06}",
        person: _id(holding),
        start: holding.since,
        end: holding.until,
    }


def _contact(holding: Holding, carer: Carer) -> Row:
    return {
        "person_id": _id(holding),
        "name": carer.name,
        "relationship": carer.relationship,
        "parental_responsibility": "Y" if carer.parental_responsibility else "N",
        "telephone": carer.telephone,
    }


def _restriction(holding: Holding) -> Row:
    return {"person_id": _id(holding), "restricted": "Y" if holding.restricted else "N"}
