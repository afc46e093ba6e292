"""A plugin opened, and held to what every source keeps: a bug in it stops nobody else."""

from adapters.network.egress import EgressRefused
from adapters.network.secrets import SecretMissing
from adapters.plugins.reply import CheckedPlugin
from adapters.plugins.source import GROUP, Opening, place_of, plugin_named, plugin_of


class PluginBroken(Exception):
    """A plugin raised while it opened a source, which is the cause, or opened what is none."""


async def open_plugin(opening: Opening, group: str = GROUP) -> CheckedPlugin:
    """The source of the manifest's plugin; connects nowhere yet.

    PluginMissing if there is none that can be loaded, PluginBroken if it opens none. What its
    secrets and places lack is SecretMissing and EgressRefused, as for every kind.
    """
    name = plugin_of(opening.manifest)
    opens = plugin_named(name, group)
    try:
        opened = await opens(opening)
    except (SecretMissing, EgressRefused):
        raise
    except Exception as bug:
        raise PluginBroken(f"the plugin called {name} does not open: {place_of(bug)}") from bug
    for method in ("ask", "aclose"):
        if not callable(getattr(opened, method, None)):
            raise PluginBroken(f"what the plugin called {name} opens has no method {method}")
    return CheckedPlugin(opened, opening.manifest.limits.max_records)
