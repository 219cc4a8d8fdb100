//! The names that columns of each role commonly have: English, German, French and Spanish, the surest first.

use crate::table::Role;

/// What names tell about one role. Words are separated by spaces.
#[derive(Debug)]
pub(crate) struct RoleWords {
    pub(crate) role: Role,
    /// Whole names, in the form that [`normalize`] gives them.
    pub(crate) names: &'static str,
    /// Ends of names, after another word: `billing_user_id`. They are weaker signs.
    pub(crate) ends: &'static str,
    /// Whole names that other columns have as well, so that the values must not speak against them at all.
    pub(crate) weak: &'static str,
}

/// All roles that names tell, in the order in which columns are given to them.
pub(crate) const ROLE_WORDS: [RoleWords; 9] = [
    RoleWords {
        role: Role::Time,
        names: "event_time event_timestamp event_at timestamp time occurred_at happened_at ts datetime \
            date_time time_stamp event_date date created_at created created_on creation_time \
            creation_date started_at start_time start_timestamp order_date ordered_at invoice_date \
            invoicedate purchase_date purchased_at paid_at visited_at visit_time client_time sent_at \
            original_timestamp time_timestamp complete_timestamp server_time logged_at log_time \
            recorded_at received_at day when zeit zeitpunkt zeitstempel datum erstellt_am horodatage \
            date_heure date_creation cree_le fecha fecha_hora fecha_creacion marca_de_tiempo momento \
            updated_at",
        ends: "timestamp time at ts datetime date datum zeit on am",
        weak: "",
    },
    RoleWords {
        role: Role::User,
        names: "user_id userid uid distinct_id customer_id customerid client_id clientid user person_id \
            member_id visitor_id profile_id contact_id subscriber_id player_id student_id patient_id \
            employee_id user_pseudo_id fullvisitorid full_visitor_id account_id case_id \
            case_concept_name actor_id anonymous_id cookie_id email email_address e_mail user_email \
            customer_email customer client member visitor person subscriber contact actor username \
            user_name account device_id installation_id who kunden_id kundennummer kunden_nr kunde \
            nutzer_id nutzer benutzer_id benutzer benutzername mitglied mitgliedsnummer \
            id_utilisateur utilisateur_id utilisateur id_client courriel id_usuario usuario_id \
            usuario id_cliente cliente_id cliente correo",
        ends: "user_id userid customer_id client_id member_id visitor_id person_id uid",
        weak: "",
    },
    RoleWords {
        role: Role::Event,
        names: "event event_name eventname event_type event_action activity activity_name action \
            action_name action_type concept_name event_title verb operation interaction ereignis \
            ereignisname aktion aktivitaet aktivität evenement événement evento nombre_evento accion \
            acción actividad",
        ends: "event event_name event_type action activity",
        weak: "type name",
    },
    RoleWords {
        role: Role::Session,
        names: "session_id sessionid session visit_id visitid ga_session_id sitzung sitzungs_id sesion \
            sesión id_sesion sid",
        ends: "session_id session visit_id",
        weak: "",
    },
    RoleWords {
        role: Role::Revenue,
        names: "revenue amount order_total order_value purchase_value purchase_revenue total_price \
            total_amount price total sales mrr arr gmv payment spend value umsatz betrag preis summe \
            montant prix chiffre_affaires importe precio ingresos monto",
        ends: "revenue amount price umsatz betrag montant importe",
        weak: "",
    },
    RoleWords {
        role: Role::Channel,
        names: "channel utm_source marketing_channel acquisition_channel traffic_source source \
            utm_medium medium referrer referer initial_referrer kanal quelle canal origen",
        ends: "channel utm_source referrer kanal canal",
        weak: "",
    },
    RoleWords {
        role: Role::Variant,
        names: "variant experiment_variant variation ab_variant ab_group ab_test test_group \
            experiment_group treatment arm bucket cohort_variant variante",
        ends: "variant variation ab_group test_group variante",
        weak: "",
    },
    RoleWords {
        role: Role::Score,
        names: "nps nps_score score rating stars csat ces satisfaction bewertung punkte note puntuacion \
            calificacion valoracion",
        ends: "nps score rating csat",
        weak: "",
    },
    RoleWords {
        role: Role::Text,
        names: "comment comments feedback message review text body verbatim answer note notes \
            kommentar nachricht commentaire avis comentario mensaje",
        ends: "comment feedback message review text verbatim answer kommentar",
        weak: "",
    },
];

/// Words that event names hold and other values hardly do.
pub(crate) const EVENT_WORDS: &str = "signup signed_up sign_up login logged_in log_in logout page_view pageview screen_view view \
    viewed click clicked purchase purchased checkout order_placed add_to_cart search searched open \
    opened close closed create created start started complete completed subscribe subscribed cancel \
    cancelled canceled invite invited install payment";

/// A name in one form, whoever wrote it: `Created At`, `createdAt` and `CREATED-AT` are `created_at`.
pub(crate) fn normalize(name: &str) -> String {
    let mut normal = String::with_capacity(name.len() + 4);
    let characters: Vec<char> = name.chars().collect();
    for (at, &character) in characters.iter().enumerate() {
        if !character.is_alphanumeric() {
            if !normal.ends_with('_') {
                normal.push('_');
            }
            continue;
        }
        let before = at.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(at + 1);
        // A word starts at a capital after a small letter, and at the last of several capitals: userId, IDNumber.
        let is_start = character.is_uppercase()
            && (before.is_some_and(char::is_lowercase)
                || (before.is_some_and(char::is_uppercase) && after.is_some_and(|next| next.is_lowercase())));
        if is_start && !normal.is_empty() {
            normal.push('_');
        }
        normal.extend(character.to_lowercase());
    }
    normal.trim_matches('_').to_owned()
}

/// The forms in which a name is looked up: whole, and for the names of flattened JSON also its last two parts and its
/// last one: `context.user.id` is a `user_id`.
pub(crate) fn forms(name: &str) -> Vec<String> {
    let mut forms = vec![normalize(name)];
    let parts: Vec<&str> = name.split('.').collect();
    for n_last in [2, 1] {
        if parts.len() > n_last {
            forms.push(normalize(&parts[parts.len() - n_last..].join(".")));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_form_whoever_wrote_them() {
        for name in [
            "created_at",
            "Created At",
            "createdAt",
            "CreatedAt",
            "CREATED-AT",
            " created at ",
            "created__at",
        ] {
            assert_eq!(normalize(name), "created_at", "{name}");
        }
        assert_eq!(normalize("userID"), "user_id");
        assert_eq!(normalize("IPAddress"), "ip_address");
        assert_eq!(normalize("Kunden-Nr."), "kunden_nr");
        assert_eq!(forms("context.user.id"), ["context_user_id", "user_id", "id"]);
    }

    #[test]
    fn all_words_are_in_that_form() {
        for words in &ROLE_WORDS {
            for word in [words.names, words.ends, words.weak].into_iter().flat_map(str::split_whitespace) {
                assert_eq!(normalize(word), word);
            }
        }
    }
}
