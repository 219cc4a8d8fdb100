//! Who and what helps, at the end of the panel.

use cairn_checklist::Specialist;

use crate::desk::Desk;
use crate::live::View;

/// The specialist and the links of the definition's `help`, if it has any.
pub(crate) fn help(desk: &Desk) -> Option<View> {
    let help = desk.definition.help.as_ref()?;
    let links = [&help.knowledge_base, &help.community].into_iter().flatten();
    let links = links.map(|link| View::new("a", &[("href", &link.link)]).text(&link.title)).collect();
    let name = desk.strings.plain("help");
    let section = View::new("div", &[("part", "help"), ("role", "group"), ("aria-label", &name)]);
    Some(section.child(help.specialist.as_ref().map(|it| specialist(desk, it))).children(links))
}

fn specialist(desk: &Desk, specialist: &Specialist) -> View {
    let picture = specialist.picture.as_ref();
    let picture =
        picture.map(|source| View::new("img", &[("part", "picture"), ("src", source), ("alt", "")]));
    View::new("a", &[("part", "specialist"), ("href", &specialist.contact)])
        .child(picture)
        .text(&desk.strings.get("contact", &[("name", &specialist.name)]))
}
