"""What supervisors asked about a report, for the page of its author."""

from django import template

from sessions_app import place_comments, reviews

register = template.Library()


@register.simple_tag
def comments_on(report):
    return place_comments.on(report)


@register.simple_tag
def co_signature_of(report):
    return reviews.co_signature(report)
