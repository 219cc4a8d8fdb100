//! What files seem to be before they are loaded: exports of common tools, and guesses from all over a file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use cairn_engine::ingest::{
    Clock, ColumnGuess, DateOrder, DecimalMark, Format, KindReason, Mapping, OrderReason, Preview,
    RoleReason, Sample, TimeFormat, preview,
};
use cairn_engine::table::{Kind, Role};

fn look_with(text: &str, mapping: &Mapping) -> Preview {
    let sample = Sample { offset: 0, bytes: text.as_bytes(), is_last: true };
    preview("export.csv", &[sample], mapping).unwrap()
}

fn look(text: &str) -> Preview {
    look_with(text, &Mapping::default())
}

fn column<'p>(preview: &'p Preview, name: &str) -> &'p ColumnGuess {
    preview.columns.iter().find(|column| column.name == name).unwrap()
}

/// The columns with a role, as `user=user_id time=ts`, in the order of the roles here.
fn roles(preview: &Preview) -> String {
    let all = [
        ("user", Role::User),
        ("time", Role::Time),
        ("event", Role::Event),
        ("session", Role::Session),
        ("revenue", Role::Revenue),
        ("channel", Role::Channel),
        ("variant", Role::Variant),
        ("score", Role::Score),
        ("text", Role::Text),
    ];
    let with = |(label, role): &(&str, Role)| {
        let column = preview.columns.iter().find(|column| column.role == *role)?;
        Some(format!("{label}={}", column.name))
    };
    all.iter().filter_map(with).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_columns_of_common_exports_are_recognized() {
    let cases = [
        (
            "event,distinct_id,time,$browser,utm_source\npage_view,a1,1772360100,Chrome,ads\nsigned_up,a2,1772360200,Safari,\n",
            "user=distinct_id time=time event=event channel=utm_source",
        ),
        (
            "amplitude_id,user_id,event_type,event_time,session_id\n1,u1,open,2026-03-01 10:15:00.123456,17\n2,u2,close,2026-03-01 10:16:00,18\n",
            "user=user_id time=event_time event=event_type session=session_id",
        ),
        (
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,12/1/2010 8:26,2.55,17850,United Kingdom\n536366,71053,WHITE METAL LANTERN,6,12/13/2010 8:28,3.39,17850,United Kingdom\n",
            "user=CustomerID time=InvoiceDate revenue=UnitPrice",
        ),
        (
            "Kundennummer;Datum;Ereignis;Umsatz;Kanal\nK-1;01.03.2026 10:15;Kauf;29,90;Anzeige\nK-2;02.03.2026 10:15;Kauf;5,00;Suche\n",
            "user=Kundennummer time=Datum event=Ereignis revenue=Umsatz channel=Kanal",
        ),
        (
            "case:concept:name,concept:name,time:timestamp,org:resource\nA-1,register,2026-03-01T10:15:00+01:00,Mike\nA-1,decide,2026-03-02T10:15:00+01:00,Sue\n",
            "user=case:concept:name time=time:timestamp event=concept:name",
        ),
        (
            "Email,Submitted at,NPS,Comment\na@x.io,2026-03-01 10:15,9,I like how fast it is and easy\nb@x.io,2026-03-02 10:15,3,It stops whenever I save a file\n",
            "user=Email time=Submitted at score=NPS text=Comment",
        ),
        (
            "id_usuario,fecha,evento,importe\n1,01/02/2026,compra,10\n2,25/02/2026,visita,0\n",
            "user=id_usuario time=fecha event=evento revenue=importe",
        ),
        (
            "utilisateur,horodatage,evenement\na,2026-03-01 10:15,achat\nb,2026-03-01 10:15,visite\n",
            "user=utilisateur time=horodatage event=evenement",
        ),
        (
            "user_id,user_agent,exposure_time,variant\nu1,x,2026-03-01,A\nu2,y,2026-03-01,B\n",
            "user=user_id time=exposure_time variant=variant",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(roles(&look(text)), expected, "{text}");
    }
}

#[test]
fn nested_json_is_recognized_by_the_ends_of_its_names() {
    let text = concat!(
        r#"{"messageId":"m1","type":"track","event":"Signed Up","userId":null,"anonymousId":"a1","timestamp":"2026-03-01T10:15:00.000Z","context":{"campaign":null}}"#,
        "\n",
        r#"{"messageId":"m2","type":"track","event":"Opened","userId":"u1","anonymousId":"a1","timestamp":"2026-03-01T10:16:00.000Z","context":{"campaign":{"source":"ads"}}}"#,
    );
    let seen = look(text);
    assert_eq!(seen.format, Format::Ndjson);
    assert_eq!(roles(&seen), "user=userId time=timestamp event=event channel=context.campaign.source");
    assert!(seen.columns.iter().all(|column| column.name != "context.campaign"));
}

#[test]
fn columns_without_telling_names_are_recognized_by_their_values() {
    let mut text = String::from("a;b;c;d\n");
    for n in 0..60 {
        let event = ["page_view", "add_to_cart", "purchase"][n % 3];
        writeln!(text, "2026-03-01 10:{n:02};cust{};{event};{}", n % 20, n % 7).unwrap();
    }
    let seen = look(&text);
    assert_eq!(roles(&seen), "user=b time=a event=c");
    let why: Vec<&RoleReason> = seen.columns.iter().map(|column| &column.why_role).collect();
    assert_eq!(
        why,
        [&RoleReason::FirstTimes, &RoleReason::RepeatingIds, &RoleReason::FewValues, &RoleReason::NoSign]
    );
}

#[test]
fn of_two_user_columns_the_better_filled_one_is_taken() {
    let mut text = String::from("anonymous_id,user_id,time\n");
    for n in 0..40 {
        writeln!(text, "a{},{},2026-03-01", n % 9, if n == 0 { "u1" } else { "" }).unwrap();
    }
    assert_eq!(roles(&look(&text)), "user=anonymous_id time=time");
}

#[test]
fn kinds_are_guessed_from_all_samples_and_pieces_that_start_inside_quotes_do_no_harm() {
    let mut text = String::from("user_id,time,event,size,note\n");
    for n in 0..40_000 {
        let size = if n == 30_000 { "large".to_owned() } else { n.to_string() };
        let note = if n % 5 == 0 { "\"two\nlines, and a comma\"" } else { "x" };
        writeln!(text, "u{},2026-03-01,a,{size},{note}", n % 99).unwrap();
    }
    let bytes = text.as_bytes();
    let at = text.find("large").unwrap();
    let sample = |offset: usize, len: usize| Sample {
        offset: offset as u64,
        bytes: &bytes[offset..(offset + len).min(bytes.len())],
        is_last: offset + len >= bytes.len(),
    };
    let head_only = preview("e.csv", &[sample(0, 1 << 16)], &Mapping::default()).unwrap();
    assert_eq!(column(&head_only, "size").kind, Kind::Number);
    for shift in 0..40 {
        let samples =
            [sample(0, 1 << 16), sample(at - 2_000 + shift, 4_000), sample(bytes.len() - 3_000, 4_000)];
        let seen = preview("e.csv", &samples, &Mapping::default()).unwrap();
        assert_eq!(
            column(&seen, "size").why_kind,
            KindReason::Words { example: "large".to_owned() },
            "{shift}"
        );
        assert_eq!(column(&seen, "time").kind, Kind::Time);
        assert_eq!(column(&seen, "user_id").role, Role::User);
    }
}

#[test]
fn the_order_of_day_and_month_is_proved_by_another_column_if_not_by_its_own_values() {
    let seen = look("user,time,due\nu1,25/12/2026,03/04/2026\nu2,24/12/2026,05/06/2026\n");
    assert_eq!(seen.date_order, Some(DateOrder::DayFirst));
    assert_eq!(
        column(&seen, "time").why_order,
        Some(OrderReason::Proved { example: "25/12/2026".to_owned() })
    );
    assert_eq!(column(&seen, "due").why_order, Some(OrderReason::OtherColumn));
    assert_eq!(column(&seen, "due").time_format, Some(TimeFormat::DayFirst));

    let open = "user,time\nu1,03/04/2026\n";
    assert_eq!(column(&look(open), "time").why_order, Some(OrderReason::Assumed));
    assert_eq!(column(&look(open), "time").time_format, Some(TimeFormat::MonthFirst));
    let mapping = Mapping { date_order: Some(DateOrder::DayFirst), ..Mapping::default() };
    let chosen = look_with(open, &mapping);
    assert_eq!(column(&chosen, "time").why_order, Some(OrderReason::Chosen));
    assert_eq!(column(&chosen, "time").time_format, Some(TimeFormat::DayFirst));
}

#[test]
fn a_preview_tells_all_that_a_person_wants_to_check() {
    let mut text = String::from("user;time;event;price\n");
    for n in 0..30 {
        writeln!(text, "u{n};2026-03-01 10:{n};a;{}", if n % 2 == 0 { "" } else { "2,50" }).unwrap();
    }
    let seen = look(&text);
    assert_eq!(seen.format, Format::Delimited { separator: ';', quote: '"' });
    assert_eq!((seen.has_header, seen.decimal_mark, seen.rows.len()), (true, DecimalMark::Comma, 20));
    assert_eq!(
        seen.rows[0],
        [Some("u0".to_owned()), Some("2026-03-01 10:0".to_owned()), Some("a".to_owned()), None]
    );
    let price = column(&seen, "price");
    assert_eq!((price.kind, price.role, price.missing_rate), (Kind::Number, Role::Revenue, 0.5));
    assert_eq!(column(&seen, "user").examples, ["u0", "u1", "u2", "u3", "u4"]);
    assert_eq!(seen.mapping.zone.as_deref(), Some("UTC"));
    assert_eq!(seen.mapping.columns.len(), 4);
    assert!(seen.mapping.columns.iter().all(|choice| choice.role.is_none() && choice.kind.is_none()));
    assert_eq!(seen.mapping.event_name, None);
    // Minutes of one digit are no times.
    let some = KindReason::SomeTimes { example: "2026-03-01 10:0".to_owned() };
    assert_eq!((column(&seen, "time").kind, &column(&seen, "time").why_kind), (Kind::Time, &some));
    assert_eq!((column(&seen, "time").role, column(&seen, "time").clock), (Role::Time, Some(Clock::Local)));
}

#[test]
fn separator_and_header_may_be_chosen() {
    let mapping = Mapping { separator: Some('^'), has_header: Some(false), ..Mapping::default() };
    let seen = look_with("user^time\nu1^2026-03-01\n", &mapping);
    assert_eq!((seen.columns[1].name.as_str(), seen.rows.len()), ("column 2", 2));
    for separator in ['"', 'x', '\n', 'é'] {
        let mapping = Mapping { separator: Some(separator), ..Mapping::default() };
        let sample = Sample { offset: 0, bytes: b"user,time\nu1,2026-03-01\n", is_last: true };
        let error = preview("e.csv", &[sample], &mapping).unwrap_err();
        assert_eq!(error.problem.code(), "bad_separator");
    }
}
