"""The way to the organisation's identity provider and back."""

from http import HTTPStatus

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from requests import RequestException

from accounts import single_sign_on
from accounts.access import allow, allow_everyone, even_without_factor


@require_POST
@never_cache
@allow_everyone
def begin(request):
    """On to the provider."""
    return go(request, process="login")


@require_http_methods(["GET", "POST"])
@even_without_factor
@allow()
def again(request):
    """On to the provider, which is told to ask who it is even though it knows; back to what was put off."""
    if request.method == "POST":
        return go(request, process=single_sign_on.AGAIN)
    if not single_sign_on.ways_to_ask_again(request.user):
        raise Http404
    return render(request, "account/sign_on_again.html", {"redirect_field_value": get_next_redirect_url(request)})


def go(request, *, process):
    """A page that leads there by itself. A redirect would not do: a form of ours may only lead to ourselves (CSP)."""
    if not single_sign_on.is_offered():
        raise Http404
    talk = single_sign_on.Conversation(request)
    try:
        answer = talk.get_provider().redirect(request, process, next_url=get_next_redirect_url(request))
    except (OAuth2Error, RequestException, ValueError) as problem:
        return single_sign_on.failed_page(request, problem)
    if "Location" not in answer:
        return answer
    return render(request, "account/sign_on_going.html", {"address": answer["Location"]})


@require_safe
@never_cache
@allow_everyone
def end(request):
    """Back from the provider: signed in, or told why not."""
    if not single_sign_on.is_offered():
        raise Http404
    talk = single_sign_on.Conversation(request)
    try:
        answer = OAuth2CallbackView.adapter_view(talk)(request)
        if answer.status_code == HTTPStatus.FOUND and talk.did_fetch_access_token:
            request.session[single_sign_on.LEAVE_AT] = talk.where_to_leave()
    except (OAuth2Error, RequestException) as problem:  # allauth begins to talk before it minds errors
        return single_sign_on.failed_page(request, problem)
    return answer


@require_safe
@allow_everyone
def signed_out(request):
    """Out of Doorway; the provider may still know the person, which matters on a device that others use as well."""
    address = request.session.pop(single_sign_on.LEAVE_AT, "")
    if not address:
        return redirect("account_login")
    return render(request, "account/signed_out.html", {"address": address})
