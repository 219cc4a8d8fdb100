//! Text without a browser: how wide it is, how to shorten or wrap it, and how to make a stranger's text harmless.
//!
//! Nothing here asks the DOM, so a picture is laid out the same natively and on wasm, and never causes a reflow.

use crate::widths::{BASIC, GREEK_AND_CYRILLIC, PUNCTUATION};

const ELLIPSIS: char = '…';
/// The width of a character of which only the class is known, in thousandths of the text size.
const UNKNOWN: u16 = 700;
const FULL_WIDTH: u16 = 1000;
const EMOJI: u16 = 1400;
/// What a bolder weight adds to each visible character, in thousandths; fitted to the fonts named in `widths`.
const STRONG_EXTRA: u16 = 72;
/// More marks than this on one letter are decoration that would run into the lines above and below.
const MARKS_PER_LETTER: usize = 3;

/// How heavy a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The normal weight, 400.
    Regular,
    /// The weight of names and main numbers, 600.
    Strong,
}

/// The width in pixels that the layout reckons with for `text` at `size` pixels.
///
/// It is an upper estimate: the text is no wider than this in the fonts that `system-ui` usually means. Characters
/// outside Latin, Greek and Cyrillic count by class (a full em for East Asian ones, 0.7 em for other letters, nothing
/// for marks that combine with the letter before). Takes time linear in the text.
///
/// ```
/// use cairn_charts::{Weight, text_width};
///
/// assert_eq!(text_width("8,214", 10.0, Weight::Regular), 28.68);
/// assert_eq!(text_width("", 10.0, Weight::Strong), 0.0);
/// ```
pub fn text_width(text: &str, size: f64, weight: Weight) -> f64 {
    let thousandths: u64 = text.chars().map(|c| u64::from(advance(c, weight))).sum();
    thousandths as f64 * size / 1000.0
}

/// `text` if it fits into `room` pixels, else as much of it as fits and an ellipsis; empty when not even that fits.
pub(crate) fn fit(text: &str, size: f64, weight: Weight, room: f64) -> String {
    if text_width(text, size, weight) <= room {
        return text.to_owned();
    }
    let mut left = room - text_width("…", size, weight);
    if left < 0.0 {
        return String::new();
    }
    let mut cut = 0;
    for (start, end) in clusters(text) {
        let width = text_width(&text[start..end], size, weight);
        if width > left {
            break;
        }
        left -= width;
        cut = end;
    }
    let mut shortened = text[..cut].trim_end().to_owned();
    shortened.push(ELLIPSIS);
    shortened
}

/// `text` broken into at most `max_lines` lines of `room` pixels, at spaces and after `_ - / . :` where possible; what
/// does not fit into the last line is cut with an ellipsis.
pub(crate) fn wrap(text: &str, size: f64, weight: Weight, room: f64, max_lines: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && lines.len() + 1 < max_lines && text_width(rest, size, weight) > room {
        let cut = line_break(rest, size, weight, room);
        if cut == 0 {
            break;
        }
        lines.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    if !rest.is_empty() {
        let last = fit(rest, size, weight, room);
        if !last.is_empty() {
            lines.push(last);
        }
    }
    lines
}

/// A stranger's text as one line that is safe to draw: control characters and line breaks become spaces or vanish,
/// overrides of the writing direction vanish (they could make a label read as something else), and piles of combining
/// marks are cut to three.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        if is_mark(c) {
            marks += 1;
            if marks > MARKS_PER_LETTER {
                continue;
            }
        } else {
            marks = 0;
        }
        match c {
            '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push(' '),
            c if c.is_control() || is_direction_override(c) || is_noncharacter(c) => {}
            c => out.push(c),
        }
    }
    out
}

fn is_direction_override(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// XML has no way to write U+FFFE and U+FFFF; their likes in other planes are no characters either.
fn is_noncharacter(c: char) -> bool {
    (u32::from(c) & 0xfffe) == 0xfffe
}

/// The byte where the first line of `text` should end: after the last break opportunity that fits, else in mid-word.
fn line_break(text: &str, size: f64, weight: Weight, room: f64) -> usize {
    let (mut width, mut in_word, mut between) = (0.0, 0, 0);
    for (start, end) in clusters(text) {
        let part = &text[start..end];
        if part.trim().is_empty() {
            between = start;
        }
        width += text_width(part, size, weight);
        if width > room {
            break;
        }
        in_word = end;
        if part.ends_with(['_', '-', '/', '.', ':']) {
            between = end;
        }
    }
    if between > 0 { between } else { in_word }
}

/// The byte ranges that a reader sees as one character: a letter with its marks, an emoji with its joiners.
fn clusters(text: &str) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut joined = false;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        match ranges.last_mut() {
            Some(last) if joined || is_mark(c) || is_joiner(c) => last.1 = end,
            _ => ranges.push((start, end)),
        }
        joined = c == '\u{200d}';
    }
    ranges
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Whether `c` is drawn onto the letter before it (the blocks of combining marks that real labels contain).
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{93c}' | '\u{941}'..='\u{948}' | '\u{94d}' | '\u{e31}' | '\u{e34}'..='\u{e3a}'
        | '\u{e47}'..='\u{e4e}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{3099}' | '\u{309a}' | '\u{fe20}'..='\u{fe2f}')
}

fn advance(c: char, weight: Weight) -> u16 {
    let regular = regular_advance(c);
    match weight {
        Weight::Strong if regular > 0 => regular + STRONG_EXTRA,
        _ => regular,
    }
}

fn regular_advance(c: char) -> u16 {
    if is_mark(c) || is_joiner(c) {
        return 0;
    }
    let code = u32::from(c);
    let listed = |table: &[u16], first: u32| table[(code - first) as usize];
    match code {
        0x20..=0x24f => listed(&BASIC, 0x20),
        0x370..=0x45f => listed(&GREEK_AND_CYRILLIC, 0x370),
        0x2010..=0x2026 => listed(&PUNCTUATION, 0x2010),
        0x0..=0x1f | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff => 0,
        // Arrows and mathematical signs, the minus among them.
        0x2190..=0x22ff => 838,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe4f => FULL_WIDTH,
        0xff00..=0xff60 | 0x20000..=0x3fffd => FULL_WIDTH,
        0x2600..=0x27bf | 0x1f000..=0x1faff => EMOJI,
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_fits_is_left_alone() {
        assert_eq!(fit("Sign up", 12.0, Weight::Regular, 100.0), "Sign up");
    }

    #[test]
    fn a_long_text_is_cut_with_an_ellipsis_and_fits() {
        let cut = fit("organization_onboarding_completed", 12.0, Weight::Strong, 90.0);
        assert!(cut.ends_with('…') && cut.starts_with("organ"), "{cut}");
        assert!(text_width(&cut, 12.0, Weight::Strong) <= 90.0);
    }

    #[test]
    fn nothing_is_left_of_a_text_without_room() {
        assert_eq!(fit("Sign up", 12.0, Weight::Regular, 3.0), "");
        assert_eq!(wrap("Sign up", 12.0, Weight::Regular, 3.0, 2), Vec::<String>::new());
    }

    #[test]
    fn a_cut_never_parts_a_letter_from_its_marks() {
        let family = "👨\u{200d}👩\u{200d}👧 family";
        let cut = fit(family, 10.0, Weight::Regular, 30.0);
        assert_eq!(cut, "…", "the whole family is one cluster, too wide for 30 px");
        let cut = fit("e\u{301}e\u{301}e\u{301}e\u{301}", 10.0, Weight::Regular, 17.0);
        assert_eq!(cut, "e\u{301}…");
    }

    #[test]
    fn a_text_wraps_at_a_space_and_an_event_name_at_an_underscore() {
        assert_eq!(wrap("Invite a teammate", 12.0, Weight::Regular, 70.0, 2), ["Invite a", "teammate"]);
        assert_eq!(wrap("checkout_completed", 12.0, Weight::Regular, 70.0, 2), ["checkout_", "completed"]);
    }

    #[test]
    fn a_word_longer_than_a_line_breaks_inside() {
        let lines = wrap("Donaudampfschifffahrt", 12.0, Weight::Regular, 80.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].len() > 6, "{lines:?}");
    }

    #[test]
    fn a_stranger_s_text_becomes_one_harmless_line() {
        assert_eq!(plain("a\nb\tc\u{0}\u{7}\u{ffff}"), "a b c");
        assert_eq!(plain("safe\u{202e}gpj.exe"), "safegpj.exe");
        let zalgo: String = std::iter::once('a').chain(std::iter::repeat_n('\u{301}', 40)).collect();
        assert_eq!(plain(&zalgo).chars().count(), 4);
    }
}
