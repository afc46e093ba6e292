"""What a load balancer is told of a gateway."""

from tests.support.town import Town


async def readiness(town: Town) -> tuple[int, list[str]]:
    """The status of `/ready`, and which parts fail."""
    async with town.session.get(f"{town.url}/ready") as answer:
        said = await answer.json()
        assert said["ready"] is (answer.status == 200)
        return answer.status, list(said["causes"])


async def failing(town: Town, *parts: str) -> None:
    """Ask until at least these parts fail, or none where none is named."""
    while not ({*parts} <= {*(told := await readiness(town))[1]} and bool(parts) == bool(told[1])):
        pass
