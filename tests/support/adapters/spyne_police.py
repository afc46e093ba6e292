"""A police system's SOAP service by spyne, a process of its own; prints its port and serves."""

from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from spyne import Application, Array, ComplexModel, Fault, Integer, ServiceBase, Unicode, rpc
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

NAMESPACE = "urn:example:nominals"


class Nominal(ComplexModel):  # type: ignore[misc]
    __namespace__ = NAMESPACE
    Ref = Integer
    Surname = Unicode
    Forenames = Unicode
    Born = Unicode
    Officer = Array(Unicode)


class Found(ComplexModel):  # type: ignore[misc]
    __namespace__ = NAMESPACE
    Count = Integer
    Nominals = Array(Nominal)


def _nominals(surname: str) -> list[Any]:
    if surname != "O'Hill-Dale":
        return []
    officers = ["PC Reed", "DC Low"]
    return [Nominal(Ref=7, Surname=surname, Forenames="Ann", Born="2015-03-09", Officer=officers)]


class Nominals(ServiceBase):  # type: ignore[misc]
    @rpc(Unicode, Unicode, _returns=Found)  # type: ignore[untyped-decorator]
    def Search(_ctx: Any, Surname: str, Born: str) -> Any:  # noqa: N802, N803, N805, ARG002
        if Surname == "Broken":
            raise RuntimeError(Surname)
        if Surname == "Wrong":
            raise Fault("Client.Surname", "no such search")
        nominals = _nominals(Surname)
        return Found(Count=len(nominals), Nominals=nominals)


class Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


if __name__ == "__main__":
    soap = Application([Nominals], NAMESPACE, in_protocol=Soap11(), out_protocol=Soap11())
    server = make_server("127.0.0.1", 0, WsgiApplication(soap), handler_class=Silent)
    print(server.server_port, flush=True)  # noqa: T201
    server.serve_forever()
