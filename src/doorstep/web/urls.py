"""The pages of the tower. Names are plain, as settings and templates use them."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path, register_converter

from doorstep.web.codes import Code
from doorstep.web.views import (
    account,
    brand,
    components,
    login,
    order,
    orders,
    people,
    products,
    provider,
    shipments,
    sites,
    stock,
    stock_moves,
    tariffs,
    today,
)

register_converter(Code, "code")
urlpatterns = [
    path("login", login.Login.as_view(), name="login"),
    path("login/code", login.show_second_factor, name="second_factor"),
    path("login/provider", provider.begin, name="provider"),
    path("login/provider/back", provider.back, name="provider_back"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("", today.show, name="today"),
    path("today/left-out", today.show_left_out, name="left_out"),
    path("orders", orders.show, name="orders"),
    path("orders/<code:brand>/<code:code>", order.show, name="order"),
    path("shipments", shipments.show, name="shipments"),
    path("stock", stock.show, name="stock"),
    path("stock/inbound", stock_moves.inbound, name="inbound"),
    path("stock/inbound/announce", stock_moves.announce, name="announce_inbound"),
    path("stock/receive", stock_moves.receive, name="receive_stock"),
    path("stock/adjust", stock_moves.adjust, name="adjust_stock"),
    path("stock/transfers", stock_moves.transfers, name="transfers"),
    path("stock/transfers/send", stock_moves.send, name="send_transfer"),
    path("stock/transfers/receive", stock_moves.take_in, name="receive_transfer"),
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
    path("users-and-keys/users/<int:user_id>/password", people.give_first_password, name="give_first_password"),
    path("users-and-keys/users/<int:user_id>/second-factor", people.reset_second_factor, name="reset_second_factor"),
    path("users-and-keys/second-factor", people.demand_second_factor, name="demand_second_factor"),
    path("brands", brand.show, name="brands"),
    path("brands/<code:code>", brand.show_one, name="brand"),
    path("brands/<code:code>/logo.png", brand.logo, name="brand_logo"),
    path("brands/<code:code>/change", brand.change, name="change_brand"),
    path("brands/<code:code>/logo", brand.change_logo, name="change_logo"),
    path("brands/<code:code>/channels", brand.add_channel, name="add_channel"),
    path("brands/<code:code>/channels/<code:channel>", brand.rename_channel, name="rename_channel"),
    path("account", account.show, name="account"),
    path("account/password", account.change_password, name="change_password"),
    path("account/second-factor", account.begin_second_factor, name="begin_second_factor"),
    path("account/second-factor/confirm", account.confirm_second_factor, name="confirm_second_factor"),
    path("account/second-factor/remove", account.remove_second_factor, name="remove_second_factor"),
    path("components", components.show, name="components"),
]
