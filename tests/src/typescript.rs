//! The TypeScript types of what the engine takes and gives, written from the JSON schemas of its Rust types.
//!
//! Two sets of schemas are made: of what may be read (fields with defaults may be left out) and of what is written (all
//! fields are there). A type that occurs in both, such as a segment, is described as what may be read. What the schemas
//! hold and this file does not know is an error, so that nothing is passed over in silence.

use std::collections::BTreeMap;
use std::fmt::Write;

use cairn_engine::ingest::{LoadReport, Mapping, Preview};
use cairn_engine::table::Schema;
use cairn_engine::{Answer, Failure, Query};
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value};

/// Columns after which a comment is wrapped.
const WIDTH: usize = 110;

const HEADER: &str = "\
// What the engine takes and gives, as JSON. Counts are whole numbers, rates lie between 0 and 1, `_millis` are
// milliseconds, instants in UTC. A field with `?` may be left out; what the comments call none is null.
//
// Written from the engine's Rust types; to renew it: CAIRN_BLESS=1 cargo test -p cairn-tests --test types
";

/// Enums whose variants are public types of their own, named after their tag: `FunnelQuery`, `FunnelAnswer`.
const SPLIT: [&str; 2] = ["Query", "Answer"];

/// The whole file.
///
/// # Errors
/// If a type has a form that is not known here, or two types have one name.
pub fn file() -> Result<String, String> {
    let definitions = definitions()?;
    let mut names = Vec::new();
    for root in ["Query", "Answer", "Mapping", "Preview", "LoadReport", "Schema", "Failure"] {
        collect(root, &definitions, &mut names);
    }
    let mut out = HEADER.to_owned();
    for name in names {
        let text = definition(&name, &definitions).map_err(|error| format!("{name}: {error}"))?;
        write!(out, "\n{text}").map_err(|error| error.to_string())?;
    }
    Ok(out)
}

type Definitions = BTreeMap<String, Value>;
type Object = Map<String, Value>;

fn definitions() -> Result<Definitions, String> {
    let mut read = SchemaSettings::default().for_deserialize().into_generator();
    read.subschema_for::<Query>();
    read.subschema_for::<Mapping>();
    let mut written = SchemaSettings::default().for_serialize().into_generator();
    written.subschema_for::<Answer>();
    written.subschema_for::<Preview>();
    written.subschema_for::<LoadReport>();
    written.subschema_for::<Schema>();
    written.subschema_for::<Failure>();
    let mut all: Definitions = take(&mut written);
    all.extend(take(&mut read));
    // The generator numbers types of one name.
    match all.keys().find(|name| name.ends_with(|last: char| last.is_ascii_digit())) {
        Some(name) => Err(format!("{name}: another type has that name; `#[schemars(rename)]` one of them")),
        None => Ok(all),
    }
}

fn take(generator: &mut SchemaGenerator) -> Definitions {
    generator.take_definitions(false).into_iter().collect()
}

/// Adds `name` and what it refers to, unless they are there, in the order of reading.
fn collect(name: &str, definitions: &Definitions, names: &mut Vec<String>) {
    if is_part(name) || names.iter().any(|known| known == name) {
        return;
    }
    names.push(name.to_owned());
    let mut found = Vec::new();
    references(&definitions[name], &mut found);
    // What a split enum refers to becomes part of it.
    let is_split = SPLIT.contains(&name);
    for reference in found {
        if is_split && reference.ends_with(name) {
            let mut inner = Vec::new();
            references(&definitions[&reference], &mut inner);
            inner.iter().for_each(|reference| collect(reference, definitions, names));
        } else {
            collect(&reference, definitions, names);
        }
    }
}

fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(name) = reference(object) {
                found.push(name.to_owned());
            }
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// Whether a split enum has a variant of this name.
fn is_part(name: &str) -> bool {
    SPLIT.iter().any(|whole| name != *whole && name.ends_with(whole))
}

fn reference(schema: &Object) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

/// One exported type, or the several that a split enum becomes.
fn definition(name: &str, definitions: &Definitions) -> Result<String, String> {
    let schema = object(&definitions[name])?;
    if SPLIT.contains(&name) {
        return split(name, schema, definitions);
    }
    let comment = comment(schema, "");
    if schema.contains_key("properties") {
        return Ok(format!("{comment}export interface {name} {}\n", fields(schema, "")?));
    }
    let of = of(schema, "")?;
    let gap = if of.starts_with('\n') { "" } else { " " };
    Ok(format!("{comment}export type {name} ={gap}{of};\n"))
}

fn split(name: &str, schema: &Object, definitions: &Definitions) -> Result<String, String> {
    let mut union = Vec::new();
    let mut interfaces = String::new();
    for variant in list(schema, "oneOf")? {
        let mut variant = object(variant)?.clone();
        let (_, tag) = tag(&variant).ok_or("a variant has no tag")?;
        let part = format!("{}{name}", pascal(tag));
        if let Some(inner) = reference(&variant) {
            let inner = object(&definitions[inner])?;
            variant = joined(inner, &variant)?;
        }
        let (comment, fields) = (comment(&variant, ""), fields(&variant, "")?);
        write!(interfaces, "\n{comment}export interface {part} {fields}\n")
            .map_err(|error| error.to_string())?;
        union.push(part);
    }
    let comment = comment(schema, "");
    Ok(format!("{comment}export type {name} = {};\n{interfaces}", union.join(" | ")))
}

/// The fields of both, with the comment of `inner`.
fn joined(inner: &Object, outer: &Object) -> Result<Object, String> {
    let mut joined = inner.clone();
    for key in ["properties", "required"] {
        match (joined.get_mut(key), outer.get(key)) {
            (Some(Value::Object(all)), Some(Value::Object(more))) => all.extend(more.clone()),
            (Some(Value::Array(all)), Some(Value::Array(more))) => all.extend(more.iter().cloned()),
            _ => return Err(format!("a variant and what it holds should both have `{key}`")),
        }
    }
    Ok(joined)
}

/// The type that a schema describes.
fn of(schema: &Object, indent: &str) -> Result<String, String> {
    if let Some(name) = reference(schema) {
        if schema.contains_key("properties") {
            return Ok(format!("{} & {name}", fields(schema, indent)?));
        }
        // By itself, a variant's content has no tag.
        return Ok(if is_part(name) { format!("Omit<{name}, 'kind'>") } else { name.to_owned() });
    }
    if let Some(value) = schema.get("const") {
        return literal(value);
    }
    if schema.contains_key("enum") {
        let values = list(schema, "enum")?.iter().map(literal);
        return Ok(alternatives(values.collect::<Result<_, _>>()?, indent));
    }
    for key in ["oneOf", "anyOf"] {
        if schema.contains_key(key) {
            return union(list(schema, key)?, indent);
        }
    }
    match schema.get("type") {
        Some(Value::String(name)) => plain(name, schema, indent),
        Some(Value::Array(names)) => {
            let parts = names.iter().map(|name| plain(name.as_str().unwrap_or_default(), schema, indent));
            Ok(parts.collect::<Result<Vec<_>, _>>()?.join(" | "))
        }
        _ => Err(format!("a form that is not known: {}", Value::Object(schema.clone()))),
    }
}

fn plain(name: &str, schema: &Object, indent: &str) -> Result<String, String> {
    match name {
        "integer" | "number" => Ok("number".to_owned()),
        "string" | "boolean" | "null" => Ok(name.to_owned()),
        "object" => fields(schema, indent),
        "array" if schema.contains_key("prefixItems") => {
            let items = list(schema, "prefixItems")?.iter().map(|item| of(object(item)?, indent));
            Ok(format!("[{}]", items.collect::<Result<Vec<_>, _>>()?.join(", ")))
        }
        "array" => {
            let item = of(object(schema.get("items").unwrap_or(&Value::Null))?, indent)?;
            let is_one = item.ends_with("[]") || !item.contains(' ');
            Ok(if is_one { format!("{item}[]") } else { format!("({item})[]") })
        }
        _ => Err(format!("the type `{name}` is not known")),
    }
}

/// A union: on one line if no member has a comment, else a line for each.
fn union(members: &[Value], indent: &str) -> Result<String, String> {
    let mut lines = Vec::new();
    let mut is_commented = false;
    let inner = format!("{indent}  ");
    for member in members {
        let member = object(member)?;
        let comment = comment(member, &inner);
        is_commented |= !comment.is_empty();
        lines.push((comment, of(member, &inner)?));
    }
    if is_commented {
        let lines = lines.iter().map(|(comment, text)| format!("\n{comment}{inner}| {text}"));
        return Ok(lines.collect());
    }
    Ok(alternatives(lines.into_iter().map(|(_, text)| text).collect(), indent))
}

/// Members without comments, on one line if they fit.
fn alternatives(members: Vec<String>, indent: &str) -> String {
    let line = members.join(" | ");
    if line.len() + indent.len() < WIDTH - 20 {
        return line;
    }
    members.iter().map(|member| format!("\n{indent}  | {member}")).collect()
}

/// The fields of an object between braces; its tag first, and alone on one line.
fn fields(schema: &Object, indent: &str) -> Result<String, String> {
    let properties = object(schema.get("properties").unwrap_or(&Value::Null))?;
    let required = schema.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let tag = tag(schema).map(|(key, _)| key);
    if let ([(key, value)], true) = (properties.iter().collect::<Vec<_>>().as_slice(), tag.is_some()) {
        return Ok(format!("{{ {key}: {} }}", of(object(value)?, indent)?));
    }
    let inner = format!("{indent}  ");
    let mut out = "{\n".to_owned();
    let rest = properties.iter().filter(|(key, _)| Some(key.as_str()) != tag);
    for (key, property) in tag.and_then(|tag| properties.get_key_value(tag)).into_iter().chain(rest) {
        let property = object(property)?;
        let optional = if required.iter().any(|name| name == key) { "" } else { "?" };
        let (comment, of) = (comment(property, &inner), of(property, &inner)?);
        let gap = if of.starts_with('\n') { "" } else { " " };
        writeln!(out, "{comment}{inner}{key}{optional}:{gap}{of};").map_err(|error| error.to_string())?;
    }
    Ok(format!("{out}{indent}}}"))
}

/// The field that tells an enum's variant, and its value.
fn tag(schema: &Object) -> Option<(&str, &str)> {
    let properties = schema.get("properties")?.as_object()?;
    properties.iter().find_map(|(key, property)| Some((key.as_str(), property.get("const")?.as_str()?)))
}

fn literal(value: &Value) -> Result<String, String> {
    let text = value.as_str().ok_or_else(|| format!("{value} is not a text"))?;
    Ok(format!("'{text}'"))
}

/// The documentation as a comment with its line end, without Rust's examples and links.
fn comment(schema: &Object, indent: &str) -> String {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let default = match schema.get("default") {
        Some(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => {
            format!(" Default: {}.", value.to_string().replace('"', "'"))
        }
        _ => String::new(),
    };
    let text = &format!("{text}{default}");
    let mut is_code = false;
    let prose = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    let paragraphs = prose.collect::<Vec<_>>().join("\n").replace("*/", "* /");
    let mut lines = Vec::new();
    for paragraph in paragraphs.split("\n\n").map(without_links).filter(|text| !text.trim().is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        wrap(&paragraph, WIDTH - indent.len() - 3, &mut lines);
    }
    match lines.as_slice() {
        [] => String::new(),
        [line] if line.len() + indent.len() + 7 <= WIDTH => format!("{indent}/** {line} */\n"),
        lines => {
            let lines = lines.iter().map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n");
            format!("{indent}/**\n{}{indent} */\n", lines.collect::<String>())
        }
    }
}

/// ``[`Rate`]`` and ``[`Rate`](path)`` become `` `Rate` ``.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, after)) = after.split_once("`]") else { break };
        out.push_str(&format!("{before}`{name}`"));
        rest = match after.strip_prefix('(').and_then(|target| target.split_once(')')) {
            // A target such as `super::preview()` ends with the second bracket.
            Some((target, after)) if target.ends_with('(') => after.strip_prefix(')').unwrap_or(after),
            Some((_, after)) => after,
            None => after,
        };
    }
    out + rest
}

fn wrap(text: &str, width: usize, lines: &mut Vec<String>) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
}

fn pascal(snake: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    snake.split('_').map(capital).collect()
}

fn object(value: &Value) -> Result<&Object, String> {
    value.as_object().ok_or_else(|| format!("{value} is not an object"))
}

fn list<'a>(schema: &'a Object, key: &str) -> Result<&'a [Value], String> {
    schema
        .get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .ok_or_else(|| format!("`{key}` is not a list"))
}
