"""The pages of the tower. Names are plain, as settings and templates use them."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path, register_converter

from doorstep.web.codes import Code
from doorstep.web.views import (
    components,
    login,
    order,
    orders,
    people,
    products,
    shipments,
    sites,
    stock,
    tariffs,
    today,
)

register_converter(Code, "code")
urlpatterns = [
    path("login", login.Login.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("", today.show, name="today"),
    path("orders", orders.show, name="orders"),
    path("orders/<code:brand>/<code:code>", order.show, name="order"),
    path("shipments", shipments.show, name="shipments"),
    path("stock", stock.show, name="stock"),
    path("products", products.show, name="products"),
    path("sites", sites.show, name="sites"),
    path("tariffs", tariffs.show, name="tariffs"),
    path("tariffs/<code:brand>/<code:code>", tariffs.show_one, name="tariff"),
    path("users-and-keys", people.show, name="users_and_keys"),
    path("users-and-keys/users", people.add_user, name="add_user"),
    path("users-and-keys/users/<int:user_id>/deactivate", people.deactivate_user, name="deactivate_user"),
    path("users-and-keys/keys", people.add_key, name="add_key"),
    path("users-and-keys/keys/<int:key_id>/revoke", people.revoke_key, name="revoke_key"),
    path("users-and-keys/keys/<int:key_id>/rotate", people.rotate_key, name="rotate_key"),
    path("components", components.show, name="components"),
]
