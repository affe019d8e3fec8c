"""Callers of the two dialects, with the few methods that tests need."""

from typing import Any

from httpx2 import Client, Response


class Speaker:
    prefix: str

    def __init__(self, http: Client, token: str) -> None:
        self.http = http
        self.token = token

    def headers(self) -> dict[str, str]:
        raise NotImplementedError

    def request(self, method: str, path: str, **options: Any) -> Response:
        headers = self.headers() | options.pop("headers", {})
        return self.http.request(method, self.prefix + path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Response:
        return self.request("POST", path, **options)

    def delete(self, path: str) -> Response:
        return self.request("DELETE", path)


class Ninja(Speaker):
    prefix = "/api/v1"

    def headers(self) -> dict[str, str]:
        return {"X-API-TOKEN": self.token}

    def created(self, **fields: Any) -> dict[str, Any]:
        answer = self.post("/clients", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def put(self, client_id: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.request("PUT", f"/clients/{client_id}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def shown(self, client_id: str) -> dict[str, Any]:
        answer = self.get(f"/clients/{client_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def listed(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.get(f"/clients?{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


class Planado(Speaker):
    prefix = "/v2"

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def created(self, **fields: Any) -> str:
        answer = self.post("/clients", json=fields)
        assert answer.status_code == 201, answer.text
        return answer.json()["client_uuid"]

    def patch(self, key: str, body: dict[str, Any]) -> Response:
        return self.request("PATCH", f"/clients/{key}", json=body)

    def patched(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.patch(key, body)
        assert answer.status_code in {200, 201}, answer.text
        return self.shown(answer.json()["client_uuid"])

    def shown(self, key: str) -> dict[str, Any]:
        answer = self.get(f"/clients/{key}")
        assert answer.status_code == 200, answer.text
        return answer.json()["client"]

    def listed(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.get(f"/clients?{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()["clients"]
