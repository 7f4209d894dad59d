"""Admins: who works here, who was asked in, and what each may do. Nothing clinical is on these pages."""

from django.conf import settings
from django.contrib import messages
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, invitations, recheck, roles, ties
from accounts.access import allow, posted
from accounts.forms_of_entry import InvitationForm, RolesForm
from accounts.models import Invitation, Role, Team, User


@require_safe
@allow(Role.ADMIN)
def people(request):
    """Everybody with an account, and whoever was asked in and has not come yet."""
    audit.record_view(request.user, by=request.user, page="people")
    asked = Invitation.objects.unanswered().select_related("team__site").prefetch_related("mails")
    context = {"people": User.objects.order_by("-is_active", Lower("name")), "invitations": asked.order_by("-made_at")}
    return render(request, "accounts/people.html", context)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def invite(request):
    """Ask somebody in; who it is that asks is asked again where that was too long ago."""
    form = InvitationForm(posted(request), initial={"team": request.user.team_id})
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        supervisor = facts["supervisor"].pk if facts["supervisor"] else None
        deed = {**facts, "team": facts["team"].pk, "supervisor": supervisor, "language": get_language()}
        if recheck.is_due(request):
            return ask_again(request, deed, callback="go_on_inviting")
        return invited(request, deed, form=form)
    return invitation_page(request, form)


def invitation_page(request, form):
    context = {"form": form, "hours": settings.INVITATION_HOURS}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


def invited(request, deed, *, form=None):
    team = get_object_or_404(Team.objects.open(), pk=deed["team"])
    supervisor = deed["supervisor"] and User.objects.filter(pk=deed["supervisor"], is_active=True).first()
    who = {each: deed[each] for each in ("email", "name", "roles", "language")}
    try:
        invitations.invite(**who, team=team, supervisor=supervisor or None, by=request.user)
    except invitations.NotInvited as problem:
        return refused(request, problem, deed, form=form)
    messages.success(request, _("A mail with a link is on its way to %(name)s.") % {"name": deed["name"]})
    return redirect("people")


def refused(request, problem, deed, *, form):
    """Beside the field, with what was typed, also where the page that asks who it is came in between."""
    if form is None:
        form = InvitationForm({each: deed[each] or "" for each in InvitationForm.base_fields})
        form.is_valid()
    form.add_error("email", str(problem))
    return invitation_page(request, form)


@allow(Role.ADMIN)
def go_on_inviting(request, deed):
    if not recheck.is_meant(request, deed, subject=request.user):
        return redirect("invite")
    return invited(request, deed)


def ask_again(request, deed, *, callback):
    where = f"accounts.views_of_people.{callback}"
    return redirect(recheck.address(request, back_to=request.path, callback=where, deed=deed))


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def person(request, person_id):
    """One person's roles, and whether they work here."""
    found = get_object_or_404(User, pk=person_id)
    form = RolesForm(posted(request), initial={"roles": found.roles, "is_active": found.is_active})
    if request.method == "POST" and form.is_valid():
        deed = {"person": found.pk, **form.cleaned_data}
        return ask_again(request, deed, callback="go_on") if recheck.is_due(request) else changed(request, deed)
    return person_page(request, found, form)


def person_page(request, found, form):
    context = {"person": found, "form": form, "is_own": found.pk == request.user.pk, "ties": ties.of(found)}
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@allow(Role.ADMIN)
def go_on(request, deed):
    """The admin proved who they are: now change what they had asked for."""
    found = get_object_or_404(User, pk=deed["person"])
    if not recheck.is_meant(request, deed, subject=found):
        return redirect("person", found.pk)
    return changed(request, deed)


def changed(request, deed):
    found = get_object_or_404(User, pk=deed["person"])
    try:
        roles.change(found, roles=deed["roles"], is_active=deed["is_active"], by=request.user)
    except roles.NotChanged as problem:
        form = RolesForm({"roles": deed["roles"], "is_active": deed["is_active"]})
        form.is_valid()
        form.add_error(None, str(problem))
        return person_page(request, found, form)
    messages.success(request, _("Saved."))
    return redirect("people")


@require_POST
@allow(Role.ADMIN)
def resend_invitation(request, invitation_id):
    return tell(request, invitations.resend, invitation_id, _("A new link is on its way. The old one is dead."))


@require_POST
@allow(Role.ADMIN)
def withdraw_invitation(request, invitation_id):
    return tell(request, invitations.withdraw, invitation_id, _("Withdrawn. The link lets nobody in any more."))


def tell(request, deed, invitation_id, words):
    invitation = get_object_or_404(Invitation, pk=invitation_id)
    try:
        deed(invitation, by=request.user)
        messages.success(request, words)
    except invitations.NotInvited as problem:
        messages.warning(request, str(problem))
    return redirect(reverse("people"))
