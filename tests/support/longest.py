"""The files of tests that take longest, longest first: nobody then waits for one at the end.

Whoever shares out the tests by file would begin with those that have most tests, and end with a
few that start many processes, while the rest of the machine has nothing left to do.
"""

from typing import Final

LONGEST: Final = (
    "tests/console/practitioner/test_journey.py",  # with all that need the demo: see `together`
    "tests/console/agency/test_sources.py",  # with all that need the small town
    "tests/stories/faults/test_matrix.py",
    "tests/stories/test_two_releases.py",
    "tests/teamaround/test_wheel.py",
    "tests/demo/test_lesson.py",
    "tests/docs/test_log_loss.py",
    "tests/stories/test_reloads_under_load.py",
    "tests/stories/test_no_copy_postgres.py",
    "tests/demo/test_told_homes.py",
    "tests/stories/clients/test_clients.py",
    "tests/demo/test_runner.py",
    "tests/stories/test_no_copy.py",
    "tests/gateway/identity/test_sentinels.py",
    "tests/stories/laws/test_planted_faults.py",
    "tests/gateway/registry/test_hostile_proposals.py",
    "tests/adapters/authoring/test_profile_counterparts.py",
    "tests/stories/test_silence_in_time.py",
    "tests/stories/test_replicas.py",
    "tests/stories/laws/test_laws.py",
    "tests/gateway/registry/test_registrar.py",
    "tests/stories/test_full_disks.py",
    "tests/console/pages/test_sight.py",
    "tests/gateway/cli/database/test_broken_off.py",
    "tests/stories/faults/test_unknown_codes.py",
    "tests/console/sign_in/test_provider.py",
    "tests/test_words.py",
    "tests/console/practitioner/test_failing.py",
    "tests/resolvers/matching/test_laws.py",
    "tests/gateway/questions/shield/test_home.py",
    "tests/stories/test_shield_set.py",
    "tests/adapters/http/test_django_rest_framework.py",
    "tests/gateway/audit/publish/test_store_tampering.py",
    "tests/stories/test_log_unwritable.py",
    "tests/gateway/audit/keys/test_service_beside_gateway.py",
    "tests/bench/test_start.py",
    "tests/bench/test_matching.py",
    "tests/gateway/oversight/break_glass/test_replicas.py",
    "tests/gateway/registry/test_reload.py",
    "tests/gateway/fanout/test_fan_out_laws.py",
    "tests/stories/test_wrong_of_everybody.py",
    "tests/gateway/audit/log/test_faults.py",
    "tests/gateway/policy/test_laws.py",
    "tests/stories/test_talked_away.py",
    "tests/gateway/cli/test_serve.py",
    "tests/gateway/identity/test_foreign_provider.py",
    "tests/gateway/oversight/alerts/test_children_of_day.py",
    "tests/stories/clients/test_types.py",
    "tests/stories/test_renewed_certificates.py",
    "tests/stories/laws/test_both_ways.py",
    "tests/gateway/audit/log/test_postgres.py",
    "tests/docs/test_hardening.py",
    "tests/bench/test_bench.py",
)
