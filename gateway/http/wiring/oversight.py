"""What looks after the gateway: alerts, break-glass, notices, retention."""

from contextlib import AsyncExitStack
from functools import partial

from gateway.audit.publish.log_time import ClockWatch
from gateway.audit.recorder.recorder import Recorder
from gateway.config.operator_file import OperatorFile, PrivacyOfficer
from gateway.config.settings import Settings
from gateway.config.working_days import WorkingDays
from gateway.http.pipeline import Oversight
from gateway.http.wiring.beside import keep
from gateway.model.caller import Caller
from gateway.oversight.alerts.alert import Alert
from gateway.oversight.alerts.indexer import AlertIndexer
from gateway.oversight.alerts.store import AlertStore
from gateway.oversight.break_glass.against_log import GrantGuard
from gateway.oversight.break_glass.service import BreakGlass
from gateway.oversight.break_glass.store.contract import GrantStore
from gateway.oversight.break_glass.store.opening import open_grants
from gateway.oversight.notices import Notifier, officers_for, sender
from gateway.oversight.retention import RetentionTask
from gateway.questions.prepare import Stages
from gateway.registry.generations import Generations


async def open_oversight(  # noqa: PLR0913, PLR0917  what it is wired of
    settings: Settings,
    stages: Stages,
    generations: Generations,
    clock_watch: ClockWatch,
    recorder: Recorder,
    stack: AsyncExitStack,
) -> Oversight:
    """Break-glass and alerts, with the work beside the questions; `stack` closes them."""
    clock, log = stages.clock, clock_watch.log

    def clock_agrees() -> bool:
        return clock_watch.agrees

    def operator() -> OperatorFile:
        """The operator's file that is in force when it is asked for."""
        return generations.current.operator

    grants = await _open_grants(settings, stack)
    working_days = WorkingDays(lambda: operator().closed_days)
    told = sender(operator, settings.server.public_url)
    notifier = Notifier(grants, told, clock, lambda: operator().deputies, clock_agrees)
    found = AlertStore.below(settings.files.state, working_days)
    alerts = AlertIndexer(found, log, partial(_tell_late, notifier), clock, clock_agrees)
    guard = GrantGuard(grants, log, clock, working_days)
    retention = RetentionTask(log, alerts.store, grants)
    keep(stack, notifier.keep_notifying())
    keep(stack, alerts.watch())
    keep(stack, retention.keep_removing())
    keep(stack, guard.keep_holding())
    break_glass = BreakGlass(
        store=grants,
        recorder=recorder,
        clock=clock,
        officers=partial(_officers, generations),
        hurry=notifier.hurry,
        working_days=working_days,
        quotas=stages.quotas,
        persons=stages.quotas.persons,
        guard=guard,
    )
    return Oversight(break_glass, alerts)


async def _tell_late(notifier: Notifier, alert: Alert) -> bool:
    return await notifier.escalate(alert.id, alert.anchor, "alert-overdue")


async def _open_grants(settings: Settings, stack: AsyncExitStack) -> GrantStore:
    grants = await open_grants(settings.log, settings.files)
    stack.push_async_callback(grants.aclose)
    return grants


def _officers(generations: Generations, caller: Caller) -> tuple[PrivacyOfficer, ...]:
    """Which privacy officers are told of what this caller opens, by what is in force."""
    active = generations.current
    return officers_for(active.operator, active.preparation.registry.agencies, caller)
