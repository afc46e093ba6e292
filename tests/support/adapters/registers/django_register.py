"""A register by Django REST Framework, a process of its own; prints its port and serves.

Under /pages, /cursors and /offsets the same children stand, one to a page; under /busy they are
throttled, under /jsonapi as JSON:API has them. The rows are in the file that is named first.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

_ROWS, _FOLDER = map(Path, sys.argv[1:3])
_LOGIN = "rest_framework.authentication.TokenAuthentication"
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": _FOLDER / "db.sqlite"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework",
        "rest_framework.authtoken",
        "rest_framework_json_api",
        "django_filters",
    ],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [_LOGIN],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
        "DEFAULT_THROTTLE_RATES": {"user": "1/min"},
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
    ROOT_URLCONF=__name__,
    SECRET_KEY="of-a-register-in-tests",
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - Django is set up before its models
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from rest_framework import pagination, routers, serializers, throttling, viewsets  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402
from rest_framework.decorators import action  # noqa: E402
from rest_framework_json_api import (  # noqa: E402
    django_filters,
    parsers,
    renderers,
)
from rest_framework_json_api import pagination as json_api_pagination  # noqa: E402
from rest_framework_json_api import serializers as json_api_serializers  # noqa: E402
from rest_framework_json_api import views as json_api_views  # noqa: E402
from rest_framework_json_api.relations import ResourceRelatedField  # noqa: E402


class Child(models.Model):
    nhs = models.TextField()
    forename = models.TextField()
    surname = models.TextField()
    sex = models.TextField()
    born = models.DateField()
    hidden = models.TextField()
    street = models.TextField()
    postcode = models.TextField()
    school = models.TextField()
    urn = models.TextField()
    carer = models.TextField()

    class Meta:
        app_label = "register"
        ordering = ("id",)


class Worker(models.Model):
    child = models.ForeignKey(Child, models.CASCADE, related_name="workers")
    name = models.TextField()
    role = models.TextField()
    team = models.TextField()
    telephone = models.TextField()
    email = models.TextField()
    began = models.DateField()
    ended = models.DateField(null=True)

    class Meta:
        app_label = "register"
        ordering = ("id",)


_OF_CHILD = [field.name for field in Child._meta.fields]  # noqa: SLF001 - Django's own way
_OF_WORKER = [field.name for field in Worker._meta.fields if field.name != "child"]  # noqa: SLF001


class OnePage(pagination.PageNumberPagination):
    page_size = 1


class OneByCursor(pagination.CursorPagination):
    page_size = 1
    ordering = "id"


class OneByOffset(pagination.LimitOffsetPagination):
    default_limit = 1
    max_limit = 1


class FivePage(pagination.PageNumberPagination):
    page_size = 5
    page_size_query_param = "page_size"
    max_page_size = 50


class WorkerSerializer(serializers.ModelSerializer):
    class Meta:
        model = Worker
        fields = _OF_WORKER


class ChildSerializer(serializers.ModelSerializer):
    class Meta:
        model = Child
        fields = _OF_CHILD


class Children(viewsets.ReadOnlyModelViewSet):
    queryset = Child.objects.all()
    serializer_class = ChildSerializer
    filterset_fields = ("nhs", "surname", "born")
    pagination_class = OnePage

    @action(detail=True, pagination_class=FivePage, filterset_fields=())
    def workers(self, request: Any, pk: str) -> Any:  # noqa: ARG002 - as the framework calls it
        page = self.paginate_queryset(self.get_object().workers.all())
        return self.get_paginated_response(WorkerSerializer(page, many=True).data)


class ByCursor(Children):
    pagination_class = OneByCursor


class ByOffset(Children):
    pagination_class = OneByOffset


class Throttled(Children):
    throttle_classes = (throttling.UserRateThrottle,)


class WorkerResource(json_api_serializers.ModelSerializer):
    class Meta:
        model = Worker
        fields = _OF_WORKER


class ChildResource(json_api_serializers.ModelSerializer):
    workers = ResourceRelatedField(many=True, read_only=True)
    included_serializers = {"workers": WorkerResource}  # noqa: RUF012 - as the framework has it

    class Meta:
        model = Child
        fields = (*_OF_CHILD, "workers")


class OneJsonApiPage(json_api_pagination.JsonApiPageNumberPagination):
    page_size = 1
    max_page_size = 1


class Resources(json_api_views.ReadOnlyModelViewSet):
    queryset = Child.objects.all()
    serializer_class = ChildResource
    filterset_fields = ("nhs", "surname", "born")
    filter_backends = (django_filters.DjangoFilterBackend,)
    pagination_class = OneJsonApiPage
    renderer_classes = (renderers.JSONRenderer,)
    parser_classes = (parsers.JSONParser,)


def _routes(view: Any) -> Any:
    router = routers.SimpleRouter()
    router.register("children", view)
    return include([*router.urls, path("health/", lambda _request: JsonResponse({"status": "up"}))])


_VIEWS = {
    "pages": Children,
    "cursors": ByCursor,
    "offsets": ByOffset,
    "busy": Throttled,
    "jsonapi": Resources,
}
urlpatterns = [path(f"{name}/", _routes(view)) for name, view in _VIEWS.items()]


def _filled(rows: list[dict[str, Any]], token: str) -> None:
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Child)
        editor.create_model(Worker)
    for row in rows:
        workers = row.pop("workers")
        child = Child.objects.create(**row)
        Worker.objects.bulk_create(Worker(child=child, **one) for one in workers)
    Token.objects.create(user=User.objects.create(username="gateway"), key=token)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_said: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    _filled(json.loads(_ROWS.read_text()), sys.argv[3])
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    print(json.dumps({"port": server.server_port}), flush=True)  # noqa: T201
    server.serve_forever()
