"""The files of tests that take longest, longest first: nobody then waits for one at the end.

Whoever shares out the tests by file would begin with those that have most tests, and end with a
few that start many processes, while the other half of the machine has nothing left to do.
"""

from typing import Final

LONGEST: Final = (
    "tests/teamaround/test_wheel.py",
    "tests/stories/laws/test_laws.py",
    "tests/console/practitioner/test_journey.py",
    "tests/stories/test_two_releases.py",
    "tests/stories/faults/test_matrix.py",
    "tests/stories/test_silence_in_time.py",
    "tests/gateway/registry/test_registrar.py",
    "tests/gateway/registry/test_hostile_proposals.py",
    "tests/gateway/cli/database/test_broken_off.py",
    "tests/gateway/audit/keys/test_service_beside_gateway.py",
    "tests/stories/test_replicas.py",
    "tests/gateway/fanout/test_fan_out_laws.py",
    "tests/gateway/oversight/break_glass/test_replicas.py",
    "tests/stories/clients/test_clients.py",
    "tests/stories/test_full_disks.py",
    "tests/gateway/registry/test_reload.py",
    "tests/adapters/authoring/test_profile_counterparts.py",
    "tests/stories/test_wrong_of_everybody.py",
    "tests/gateway/audit/log/test_faults.py",
    "tests/stories/faults/test_unknown_codes.py",
    "tests/stories/test_log_unwritable.py",
    "tests/resolvers/matching/test_laws.py",
    "tests/gateway/policy/test_laws.py",
    "tests/stories/laws/test_planted_faults.py",
    "tests/docs/test_hardening.py",
    "tests/stories/test_shield_set.py",
    "tests/stories/test_talked_away.py",
    "tests/bench/test_bench.py",
    "tests/gateway/questions/shield/test_home.py",
)
