"""May this be sent to this customer now, for agents: the answers of post-purchase may-send, as a tool of an MCP server.

    post-purchase mcp [--leases FILE] [--database FILE]

It speaks the Model Context Protocol over its standard input and output, to the program that started it and to nobody
else. It has one tool, may_send, and writes nothing but leases. Like `post-purchase serve` it answers from a copy of the
last finished build, and takes a new one when there is one. Who is asked about is in no log.
Exit codes: 0 stopped; 2 it cannot start.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from post_purchase.ask import AskError, as_json
from post_purchase.serve import MISSING, Copy, add_copy_options, answer_until_stopped, answered, question_said

if TYPE_CHECKING:
    from mcp.server import MCPServer

ADVICE = """Ask may_send before you write to a customer of this shop, whatever for. Write only on the verdict "send",
only for the action and over the channel that you asked for, and before the lease ends. "pause" and "support" mean: do
not write; the reasons say why, next_at says when to ask again. When you cannot get an answer, do not write."""

QUESTION = """May this action go to this customer over this channel now? A yes is a lease: it is written down, and
nobody else is told yes for the same until its message is seen or it ends."""


def agents(copy: Copy) -> MCPServer[Any]:
    """The server with its one tool."""
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp_types import ToolAnnotations

    server: MCPServer[Any] = MCPServer("post-purchase-gate", instructions=ADVICE, log_level="WARNING")

    @server.tool(
        title="May this be sent?",
        description=QUESTION,
        annotations=ToolAnnotations(destructive_hint=False, idempotent_hint=False, open_world_hint=False),
    )
    def may_send(
        who: str, action: str, channel: str, at: str = "", request_id: str = "", look: bool = False
    ) -> dict[str, Any]:
        """who: an e-mail address, a phone number with its country code, or the id of a customer. action: such as
        review_request. channel: such as email. at: the instant it would go out at, UTC; now where empty. request_id: an
        id of your own; who asks again with it gets the same lease. look: true to ask without a lease, which is no
        permission."""
        fields = {"who": who, "action": action, "channel": channel, "at": at, "request_id": request_id, "look": look}
        try:
            said = answered(copy, question_said(fields))
        except AskError as error:
            raise ToolError(str(error)) from None
        told: dict[str, Any] = json.loads(as_json(said))
        return told

    return server


def main(argv: Sequence[str] | None = None) -> int:
    """Answer until the program that asks goes away."""
    parser = argparse.ArgumentParser(
        prog="post-purchase mcp",
        description="Answer agents whether something may be sent, over MCP on stdin and stdout.",
    )
    add_copy_options(parser)
    arguments = parser.parse_args(argv)
    try:
        import mcp  # noqa: F401
    except ImportError:
        print(MISSING, file=sys.stderr)
        return 2
    return answer_until_stopped(arguments, lambda copy: agents(copy).run("stdio"))
