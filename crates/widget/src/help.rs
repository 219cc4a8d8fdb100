//! Who and what helps, at the end of the panel.

use std::rc::Rc;

use cairn_checklist::Specialist;
use tachys::html::element as html;
use tachys::prelude::{AnyView, CustomAttribute, ElementChild, IntoAny};

use crate::desk::Desk;

/// The specialist and the links of the definition's `help`, if it has any.
pub(crate) fn help(desk: &Rc<Desk>) -> Option<AnyView> {
    let help = desk.definition.help.as_ref()?;
    let links = [&help.knowledge_base, &help.community].into_iter().flatten();
    let link = |link: &cairn_checklist::HelpLink| {
        html::a().attr("href", link.link.clone()).child(link.title.clone())
    };
    let links: Vec<_> = links.map(link).collect();
    let body = (help.specialist.as_ref().map(|it| specialist(desk, it)), links);
    let section =
        html::div().attr("part", "help").attr("role", "group").attr("aria-label", desk.strings.plain("help"));
    Some(section.child(body).into_any())
}

fn specialist(desk: &Rc<Desk>, specialist: &Specialist) -> AnyView {
    let picture = specialist.picture.clone();
    let picture =
        picture.map(|source| html::img().attr("part", "picture").attr("src", source).attr("alt", ""));
    let text = desk.strings.get("contact", &[("name", &specialist.name)]);
    html::a()
        .attr("part", "specialist")
        .attr("href", specialist.contact.clone())
        .child((picture, text))
        .into_any()
}
