//! What the pages say, in English, Dutch and Swedish.

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    En,
    Nl,
    Sv,
}

impl Lang {
    const ALL: [Lang; 3] = [Lang::En, Lang::Nl, Lang::Sv];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Nl => "nl",
            Lang::Sv => "sv",
        }
    }

    /// The first language we have: of the request (`ui_locales`, space-separated), then of the person's own choice
    /// (the `lang` cookie), then of the browser (`Accept-Language`); else English.
    pub(crate) fn choose(ui_locales: Option<&str>, cookie: Option<&str>, accept: Option<&str>) -> Lang {
        let asked = ui_locales.and_then(|list| list.split(' ').find_map(Lang::of_tag));
        asked
            .or_else(|| cookie.and_then(Lang::of_tag))
            .or_else(|| accept.and_then(Lang::accepted))
            .unwrap_or(Lang::En)
    }

    fn accepted(header: &str) -> Option<Lang> {
        let weight = |item: &str| -> Option<(Lang, f32)> {
            let mut parts = item.split(';');
            let lang = Lang::of_tag(parts.next()?.trim())?;
            let q = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            (q > 0.0).then_some((lang, q))
        };
        let items = header.split(',').take(50).filter_map(weight);
        items
            .fold(None, |best: Option<(Lang, f32)>, item| match best {
                Some(best) if best.1 >= item.1 => Some(best),
                _ => Some(item),
            })
            .map(|(lang, _)| lang)
    }

    fn of_tag(tag: &str) -> Option<Lang> {
        let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        Lang::ALL.into_iter().find(|lang| lang.code() == primary)
    }

    /// A text in this language.
    pub(crate) fn text(self, key: Key) -> &'static str {
        let [en, nl, sv] = key.texts();
        match self {
            Lang::En => en,
            Lang::Nl => nl,
            Lang::Sv => sv,
        }
    }
}

macro_rules! texts {
    ($($key:ident: $en:literal, $nl:literal, $sv:literal;)*) => {
        /// Every text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Key { $($key),* }

        impl Key {
            #[cfg(test)]
            const ALL: &[Key] = &[$(Key::$key),*];

            fn texts(self) -> [&'static str; 3] {
                match self { $(Key::$key => [$en, $nl, $sv]),* }
            }
        }
    };
}

texts! {
    SignIn: "Sign in", "Aanmelden", "Logga in";
    UserName: "User name", "Gebruikersnaam", "Användarnamn";
    Password: "Password", "Wachtwoord", "Lösenord";
    WrongPassword: "The user name or password is wrong.",
        "De gebruikersnaam of het wachtwoord klopt niet.",
        "Användarnamnet eller lösenordet är fel.";
    TooManyAttempts: "Too many attempts. Wait 15 minutes and try again.",
        "Te veel pogingen. Wacht 15 minuten en probeer het opnieuw.",
        "För många försök. Vänta 15 minuter och försök igen.";
    FormExpired: "This page was open too long. Please try again.",
        "Deze pagina stond te lang open. Probeer het opnieuw.",
        "Sidan var öppen för länge. Försök igen.";
    Continue: "Continue", "Doorgaan", "Fortsätt";
    LinkTitle: "Welcome to Quarterdeck", "Welkom bij Quarterdeck", "Välkommen till Quarterdeck";
    LinkExplained: "This link signs you in once. Then you choose your own password.",
        "Met deze koppeling meld je je één keer aan. Daarna kies je je eigen wachtwoord.",
        "Den här länken loggar in dig en gång. Sedan väljer du ett eget lösenord.";
    LinkUsed: "This sign-in link was used before or has expired. Ask for a new one.",
        "Deze aanmeldkoppeling is al gebruikt of verlopen. Vraag een nieuwe aan.",
        "Inloggningslänken har redan använts eller gått ut. Be om en ny.";
    LinkUsedTitle: "Link no longer valid", "Koppeling niet meer geldig", "Länken gäller inte längre";
    SetPasswordTitle: "Choose a password", "Kies een wachtwoord", "Välj ett lösenord";
    CurrentPassword: "Current password", "Huidig wachtwoord", "Nuvarande lösenord";
    NewPassword: "New password", "Nieuw wachtwoord", "Nytt lösenord";
    RepeatPassword: "Repeat the new password", "Herhaal het nieuwe wachtwoord", "Upprepa det nya lösenordet";
    PasswordRule: "At least 12 characters, without your user name. A few words you can remember work well.",
        "Minstens 12 tekens, zonder je gebruikersnaam. Een paar woorden die je kunt onthouden werken goed.",
        "Minst 12 tecken, utan ditt användarnamn. Några ord som du minns fungerar bra.";
    SavePassword: "Save password", "Wachtwoord opslaan", "Spara lösenordet";
    PasswordTooShort: "The password must have at least 12 characters.",
        "Het wachtwoord moet minstens 12 tekens hebben.",
        "Lösenordet måste ha minst 12 tecken.";
    PasswordTooLong: "The password can have at most 512 bytes.",
        "Het wachtwoord mag hoogstens 512 bytes lang zijn.",
        "Lösenordet får vara högst 512 byte långt.";
    PasswordTooEasy: "The password must not contain your user name or repeat one character.",
        "Het wachtwoord mag je gebruikersnaam niet bevatten en niet uit één teken bestaan.",
        "Lösenordet får inte innehålla ditt användarnamn eller bestå av ett enda tecken.";
    PasswordsDiffer: "The two new passwords differ. Type them again.",
        "De twee nieuwe wachtwoorden verschillen. Typ ze opnieuw.",
        "De två nya lösenorden skiljer sig åt. Skriv dem igen.";
    CurrentPasswordWrong: "The current password is wrong.",
        "Het huidige wachtwoord klopt niet.",
        "Det nuvarande lösenordet är fel.";
    PasswordSaved: "Your password is saved.", "Je wachtwoord is opgeslagen.", "Ditt lösenord är sparat.";
    OpenQuarterdeck: "Open Quarterdeck", "Quarterdeck openen", "Öppna Quarterdeck";
    ConsentTitle: "Permission requested", "Toestemming gevraagd", "Behörighet begärs";
    ConsentAsks: "would like to:", "wil graag:", "vill:";
    ConsentTrust: "Accept only if you trust this application and the address below its name is the one you expect.",
        "Ga alleen akkoord als je deze app vertrouwt en het adres is wat je verwacht.",
        "Godkänn bara om du litar på appen och adressen är den du väntar dig.";
    SignedInAs: "Signed in as", "Aangemeld als", "Inloggad som";
    SendsYouTo: "Sends you to", "Stuurt je naar", "Skickar dig till";
    Accept: "Accept", "Akkoord", "Godkänn";
    Cancel: "Cancel", "Annuleren", "Avbryt";
    DeviceTitle: "Sign in on a device", "Aanmelden op een apparaat", "Logga in på en enhet";
    DeviceExplained: "Type the code that your device shows.",
        "Typ de code die je apparaat toont.",
        "Skriv koden som din enhet visar.";
    DeviceCode: "Code", "Code", "Kod";
    DeviceCodeWrong: "This code is wrong or has expired. Check it, or start again on the device.",
        "Deze code klopt niet of is verlopen. Controleer de code of begin opnieuw op het apparaat.",
        "Koden är fel eller har gått ut. Kontrollera den eller börja om på enheten.";
    DeviceConfirmTitle: "Is this you?", "Ben jij dit?", "Är det här du?";
    DeviceAsks: "wants to sign in as you and:", "wil zich als jou aanmelden en:", "vill logga in som du och:";
    DeviceWarning: "Did you not start this yourself? Then decline. Nobody should send you a code to type here.",
        "Ben je hier niet zelf mee begonnen? Weiger dan. Niemand hoort je een code te sturen om hier in te typen.",
        "Startade du inte det här själv? Neka då. Ingen ska skicka dig en kod att skriva här.";
    Approve: "Approve", "Goedkeuren", "Godkänn";
    Decline: "Decline", "Weigeren", "Neka";
    DeviceApproved: "Done. Return to your device; it signs in by itself.",
        "Klaar. Ga terug naar je apparaat; het meldt zich vanzelf aan.",
        "Klart. Gå tillbaka till enheten; den loggar in av sig själv.";
    DeviceDeclined: "Declined. The device was not signed in.",
        "Geweigerd. Het apparaat is niet aangemeld.",
        "Nekat. Enheten loggades inte in.";
    SignOut: "Sign out", "Afmelden", "Logga ut";
    SignedOutTitle: "Signed out", "Afgemeld", "Utloggad";
    SignedOut: "You are signed out.", "Je bent afgemeld.", "Du är utloggad.";
    SignInAgain: "Sign in again", "Opnieuw aanmelden", "Logga in igen";
    ErrorTitle: "Sign-in did not work", "Aanmelden is niet gelukt", "Inloggningen fungerade inte";
    ErrorExplained: "The application sent a sign-in request that cannot be answered.",
        "De app stuurde een aanmeldverzoek dat niet kan worden beantwoord.",
        "Appen skickade en inloggningsbegäran som inte kan besvaras.";
    ErrorCode: "Error", "Fout", "Fel";
    TraceId: "Trace id", "Tracerings-id", "Spårnings-id";
    Returning: "You are signed in. Continue to the application.",
        "Je bent aangemeld. Ga door naar de app.",
        "Du är inloggad. Fortsätt till appen.";
    PermitOpenid: "Sign you in", "Je aanmelden", "Logga in dig";
    PermitProfile: "See your name", "Je naam zien", "Se ditt namn";
    PermitEmail: "See your e-mail address", "Je e-mailadres zien", "Se din e-postadress";
    PermitOffline: "Keep access while you are away",
        "Toegang houden terwijl je weg bent",
        "Behålla åtkomst när du är borta";
    PermitWarehouse: "Read the data warehouse as you",
        "Het datawarehouse lezen namens jou",
        "Läsa datalagret i ditt namn";
    PermitImpersonation: "Use Quarterdeck as you", "Quarterdeck gebruiken namens jou", "Använda Quarterdeck i ditt namn";
    PermitEnroll: "Enrol this device for you", "Dit apparaat voor jou registreren", "Registrera enheten åt dig";
    PermitUserRead: "Read your own profile", "Je eigen profiel lezen", "Läsa din egen profil";
}

/// The text of a permission; `None` shows its name.
pub(crate) fn permission(name: &str) -> Option<Key> {
    Some(match name {
        "openid" => Key::PermitOpenid,
        "profile" => Key::PermitProfile,
        "email" => Key::PermitEmail,
        "offline_access" => Key::PermitOffline,
        "get_data_warehouse" => Key::PermitWarehouse,
        "user_impersonation" => Key::PermitImpersonation,
        "agent.enroll" => Key::PermitEnroll,
        "User.Read" => Key::PermitUserRead,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_request_then_the_choice_then_the_browser() {
        for (ui, cookie, accept, expected) in [
            (None, None, None, Lang::En),
            (Some("fr sv"), Some("nl"), Some("nl"), Lang::Sv),
            (Some("fr"), Some("nl"), Some("sv"), Lang::Nl),
            (None, None, Some("fr, nl;q=0.4, sv-SE;q=0.8"), Lang::Sv),
            (None, None, Some("nl;q=0, *;q=0.1"), Lang::En),
            (None, Some("xx"), Some("nl-BE,en;q=0.5"), Lang::Nl),
            (None, None, Some(";;q=x,,"), Lang::En),
        ] {
            assert_eq!(Lang::choose(ui, cookie, accept), expected, "{ui:?} {cookie:?} {accept:?}");
        }
    }

    #[test]
    fn every_text_exists_in_every_language() {
        for key in Key::ALL {
            for lang in Lang::ALL {
                assert!(!lang.text(*key).trim().is_empty(), "{key:?} {lang:?}");
            }
            // Only the word for a code is the same in all three.
            let [en, nl, sv] = key.texts();
            assert!(*key == Key::DeviceCode || (en != nl || en != sv), "{key:?} is not translated");
        }
    }
}
