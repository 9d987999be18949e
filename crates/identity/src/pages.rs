//! The pages people see while they sign in: plain HTML that needs no script, in the person's language.
//!
//! Every value goes through [`html::Html::text`], which escapes. A page is a value; `http` adds the headers. Light and
//! dark follow the system; one inline style, allowed by the policy's nonce.

pub(crate) mod html;
pub(crate) mod text;

use html::Html;
use text::{Key, Lang, permission};

/// A page to render.
pub(crate) struct Page {
    pub(crate) lang: Lang,
    pub(crate) title: Key,
    pub(crate) body: Html,
    /// What forms may lead to besides ourselves: a redirect address's origin.
    pub(crate) form_action: Option<String>,
    /// A script that submits the only form; people without scripts press its button.
    pub(crate) submits_itself: bool,
}

/// What every form carries.
pub(crate) struct FormToken(pub(crate) String);

const STYLE: &str = include_str!("pages/style.css");
const SUBMIT: &str = "document.forms[0].submit()";

impl Page {
    fn new(lang: Lang, title: Key, body: Html) -> Page {
        Page { lang, title, body, form_action: None, submits_itself: false }
    }

    /// The whole document; `nonce` allows the style (and the script, if any).
    pub(crate) fn render(&self, nonce: &str) -> String {
        let mut page = Html::new();
        page.raw("<!doctype html><html lang=\"")
            .text(self.lang.code())
            .raw("\"><head><meta charset=\"utf-8\">");
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.raw("<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\"><title>");
        page.text(self.lang.text(self.title))
            .raw(" · Quarterdeck</title><style nonce=\"")
            .text(nonce)
            .raw("\">");
        page.raw(STYLE).raw("</style></head><body><main><p class=\"brand\">Quarterdeck</p><h1>");
        page.text(self.lang.text(self.title)).raw("</h1>").html(&self.body).raw("</main>");
        if self.submits_itself {
            page.raw("<script nonce=\"").text(nonce).raw("\">").raw(SUBMIT).raw("</script>");
        }
        page.raw("</body></html>");
        page.into_string()
    }
}

/// Name and password.
pub(crate) fn sign_in(
    lang: Lang,
    action: &str,
    token: &FormToken,
    return_to: &str,
    name: &str,
    error: Option<Key>,
) -> Page {
    let mut body = Html::new();
    alert(&mut body, lang, error);
    open_form(&mut body, action, token);
    hidden(&mut body, "return_to", return_to);
    let described = error.is_some();
    field(
        &mut body,
        lang,
        Key::UserName,
        &Field { value: name, autofocus: name.is_empty(), described, ..Field::user_name() },
    );
    field(
        &mut body,
        lang,
        Key::Password,
        &Field { autofocus: !name.is_empty(), described, ..Field::password("password") },
    );
    button(&mut body, lang.text(Key::SignIn), None);
    body.raw("</form>");
    Page::new(lang, Key::SignIn, body)
}

/// The one button of a one-time sign-in link. Opening the address alone must not use it up: mail scanners do that.
pub(crate) fn link(lang: Lang, action: &str, token: &FormToken) -> Page {
    let mut body = Html::new();
    paragraph(&mut body, lang.text(Key::LinkExplained));
    open_form(&mut body, action, token);
    button(&mut body, lang.text(Key::Continue), None);
    body.raw("</form>");
    Page::new(lang, Key::LinkTitle, body)
}

/// Choose a password. `current` asks for the present one too.
pub(crate) fn set_password(
    lang: Lang,
    action: &str,
    token: &FormToken,
    user_name: &str,
    current: bool,
    error: Option<Key>,
) -> Page {
    let mut body = Html::new();
    alert(&mut body, lang, error);
    open_form(&mut body, action, token);
    // Shown so that password managers file the new password under it.
    field(&mut body, lang, Key::UserName, &Field { value: user_name, readonly: true, ..Field::user_name() });
    let described = error.is_some();
    if current {
        field(
            &mut body,
            lang,
            Key::CurrentPassword,
            &Field { autofocus: true, described, ..Field::password("current") },
        );
    }
    let new = |name| Field { autocomplete: "new-password", described, ..Field::password(name) };
    field(&mut body, lang, Key::NewPassword, &Field { autofocus: !current, ..new("password") });
    field(&mut body, lang, Key::RepeatPassword, &new("repeat"));
    hint(&mut body, lang.text(Key::PasswordRule));
    button(&mut body, lang.text(Key::SavePassword), None);
    body.raw("</form>");
    Page::new(lang, Key::SetPasswordTitle, body)
}

/// What a consent page shows.
pub(crate) struct Consent<'a> {
    pub(crate) client: &'a str,
    pub(crate) host: &'a str,
    pub(crate) user_name: &'a str,
    pub(crate) permissions: &'a [(String, String)],
    pub(crate) form_action: String,
}

/// May this application act for you?
pub(crate) fn consent(
    lang: Lang,
    action: &str,
    token: &FormToken,
    return_to: &str,
    asked: &Consent<'_>,
) -> Page {
    let mut body = Html::new();
    body.raw("<p><strong>")
        .text(asked.client)
        .raw("</strong> ")
        .text(lang.text(Key::ConsentAsks))
        .raw("</p>");
    permissions(&mut body, lang, asked.permissions);
    body.raw("<dl><dt>")
        .text(lang.text(Key::SignedInAs))
        .raw("</dt><dd>")
        .text(asked.user_name)
        .raw("</dd><dt>");
    body.text(lang.text(Key::SendsYouTo)).raw("</dt><dd>").text(asked.host).raw("</dd></dl>");
    hint(&mut body, lang.text(Key::ConsentTrust));
    open_form(&mut body, action, token);
    hidden(&mut body, "return_to", return_to);
    body.raw("<div class=\"row\">");
    button(&mut body, lang.text(Key::Accept), Some("accept"));
    quiet_button(&mut body, lang.text(Key::Cancel), "decline");
    body.raw("</div></form>");
    Page { form_action: Some(asked.form_action.clone()), ..Page::new(lang, Key::ConsentTitle, body) }
}

/// Type the code a device shows.
pub(crate) fn device_entry(lang: Lang, action: &str, token: &FormToken, error: Option<Key>) -> Page {
    let mut body = Html::new();
    paragraph(&mut body, lang.text(Key::DeviceExplained));
    alert(&mut body, lang, error);
    open_form(&mut body, action, token);
    let described = error.is_some();
    field(&mut body, lang, Key::DeviceCode, &Field { autofocus: true, described, ..Field::code() });
    button(&mut body, lang.text(Key::Continue), None);
    body.raw("</form>");
    Page::new(lang, Key::DeviceTitle, body)
}

/// What a device page shows.
pub(crate) struct DeviceAsks<'a> {
    pub(crate) client: &'a str,
    pub(crate) user_code: &'a str,
    pub(crate) user_name: &'a str,
    pub(crate) permissions: &'a [(String, String)],
}

/// Is it really you who started this?
pub(crate) fn device_confirm(lang: Lang, action: &str, token: &FormToken, asked: &DeviceAsks<'_>) -> Page {
    let mut body = Html::new();
    body.raw("<p><strong>").text(asked.client).raw("</strong> ").text(lang.text(Key::DeviceAsks)).raw("</p>");
    permissions(&mut body, lang, asked.permissions);
    body.raw("<dl><dt>")
        .text(lang.text(Key::SignedInAs))
        .raw("</dt><dd>")
        .text(asked.user_name)
        .raw("</dd><dt>");
    body.text(lang.text(Key::DeviceCode))
        .raw("</dt><dd><code>")
        .text(asked.user_code)
        .raw("</code></dd></dl>");
    body.raw("<p class=\"warning\">").text(lang.text(Key::DeviceWarning)).raw("</p>");
    open_form(&mut body, action, token);
    hidden(&mut body, "user_code", asked.user_code);
    body.raw("<div class=\"row\">");
    button(&mut body, lang.text(Key::Approve), Some("approve"));
    quiet_button(&mut body, lang.text(Key::Decline), "decline");
    body.raw("</div></form>");
    Page::new(lang, Key::DeviceConfirmTitle, body)
}

/// Shall we sign you out?
pub(crate) fn sign_out(
    lang: Lang,
    action: &str,
    token: &FormToken,
    user_name: &str,
    return_to: Option<&str>,
) -> Page {
    let mut body = Html::new();
    body.raw("<p>").text(lang.text(Key::SignedInAs)).raw(" ").text(user_name).raw("</p>");
    open_form(&mut body, action, token);
    if let Some(return_to) = return_to {
        hidden(&mut body, "return_to", return_to);
    }
    button(&mut body, lang.text(Key::SignOut), None);
    body.raw("</form>");
    let form_action = return_to.map(crate::redirect::form_action);
    Page { form_action, ..Page::new(lang, Key::SignOut, body) }
}

/// A sentence, and optionally a way on.
pub(crate) fn message(lang: Lang, title: Key, text: Key, way_on: Option<(&str, Key)>) -> Page {
    let mut body = Html::new();
    body.raw("<p role=\"status\">").text(lang.text(text)).raw("</p>");
    if let Some((address, label)) = way_on {
        body.raw("<p><a href=\"").text(address).raw("\">").text(lang.text(label)).raw("</a></p>");
    }
    Page::new(lang, title, body)
}

/// What went wrong, for the person and for whoever they call. The detail is in English: it is for the application.
pub(crate) fn error(lang: Lang, detail: &str, code: &str, trace: &str) -> Page {
    let mut body = Html::new();
    alert(&mut body, lang, Some(Key::ErrorExplained));
    body.raw("<p lang=\"en\">")
        .text(detail)
        .raw("</p><dl><dt>")
        .text(lang.text(Key::ErrorCode))
        .raw("</dt><dd><code>");
    body.text(code).raw("</code></dd><dt>").text(lang.text(Key::TraceId)).raw("</dt><dd><code>").text(trace);
    body.raw("</code></dd></dl>");
    Page::new(lang, Key::ErrorTitle, body)
}

/// The answer to a `form_post` request: a form that goes to the client.
pub(crate) fn form_post(lang: Lang, address: &str, pairs: &[(&str, &str)]) -> Page {
    let mut body = Html::new();
    paragraph(&mut body, lang.text(Key::Returning));
    body.raw("<form method=\"post\" action=\"").text(address).raw("\">");
    for (name, value) in pairs {
        hidden(&mut body, name, value);
    }
    button(&mut body, lang.text(Key::Continue), None);
    body.raw("</form>");
    let form_action = Some(crate::redirect::form_action(address));
    Page { form_action, submits_itself: true, ..Page::new(lang, Key::Continue, body) }
}

struct Field<'a> {
    name: &'a str,
    kind: &'static str,
    autocomplete: &'static str,
    value: &'a str,
    autofocus: bool,
    /// The error above belongs to this field.
    described: bool,
    code: bool,
    readonly: bool,
}

impl<'a> Field<'a> {
    fn user_name() -> Field<'a> {
        Field {
            name: "name",
            kind: "text",
            autocomplete: "username",
            value: "",
            autofocus: false,
            described: false,
            code: false,
            readonly: false,
        }
    }

    fn password(name: &'a str) -> Field<'a> {
        Field { name, kind: "password", autocomplete: "current-password", ..Field::user_name() }
    }

    fn code() -> Field<'a> {
        Field { name: "user_code", autocomplete: "off", code: true, ..Field::user_name() }
    }
}

fn field(body: &mut Html, lang: Lang, label: Key, field: &Field<'_>) {
    body.raw("<label for=\"f-")
        .text(field.name)
        .raw("\">")
        .text(lang.text(label))
        .raw("</label><input id=\"f-");
    body.text(field.name).raw("\" name=\"").text(field.name).raw("\" type=\"").raw(field.kind);
    body.raw("\" autocomplete=\"")
        .raw(field.autocomplete)
        .raw("\" value=\"")
        .text(field.value)
        .raw("\" required");
    body.raw(" maxlength=\"512\" autocapitalize=\"").raw(if field.code { "characters" } else { "none" });
    body.raw("\" spellcheck=\"false\"");
    if field.code {
        body.raw(" class=\"code\"");
    }
    if field.described {
        body.raw(" aria-describedby=\"problem\"");
    }
    if field.readonly {
        body.raw(" readonly");
    }
    if field.autofocus {
        body.raw(" autofocus");
    }
    body.raw(">");
}

fn alert(body: &mut Html, lang: Lang, error: Option<Key>) {
    if let Some(error) = error {
        body.raw("<p class=\"alert\" role=\"alert\" id=\"problem\">").text(lang.text(error)).raw("</p>");
    }
}

fn permissions(body: &mut Html, lang: Lang, permissions: &[(String, String)]) {
    body.raw("<ul>");
    for (_, name) in permissions {
        body.raw("<li>");
        match permission(name) {
            Some(key) => body.text(lang.text(key)),
            None => body.raw("<code>").text(name).raw("</code>"),
        };
        body.raw("</li>");
    }
    body.raw("</ul>");
}

fn open_form(body: &mut Html, action: &str, token: &FormToken) {
    body.raw("<form method=\"post\" action=\"").text(action).raw("\">");
    hidden(body, "form_token", &token.0);
}

fn hidden(body: &mut Html, name: &str, value: &str) {
    body.raw("<input type=\"hidden\" name=\"").text(name).raw("\" value=\"").text(value).raw("\">");
}

fn button(body: &mut Html, label: &str, choice: Option<&str>) {
    body.raw("<button type=\"submit\" class=\"primary\"");
    if let Some(choice) = choice {
        body.raw(" name=\"choice\" value=\"").text(choice).raw("\"");
    }
    body.raw(">").text(label).raw("</button>");
}

fn quiet_button(body: &mut Html, label: &str, choice: &str) {
    body.raw("<button type=\"submit\" name=\"choice\" value=\"")
        .text(choice)
        .raw("\">")
        .text(label)
        .raw("</button>");
}

fn paragraph(body: &mut Html, text: &str) {
    body.raw("<p>").text(text).raw("</p>");
}

fn hint(body: &mut Html, text: &str) {
    body.raw("<p class=\"hint\">").text(text).raw("</p>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_everywhere() {
        let evil = "\"><script>alert(1)</script>&'";
        let token = FormToken(evil.to_owned());
        let consent_asked = Consent {
            client: evil,
            host: evil,
            user_name: evil,
            permissions: &[(evil.to_owned(), evil.to_owned())],
            form_action: evil.to_owned(),
        };
        let pages = [
            sign_in(Lang::En, evil, &token, evil, evil, Some(Key::WrongPassword)),
            consent(Lang::Nl, evil, &token, evil, &consent_asked),
            set_password(Lang::Sv, evil, &token, evil, true, None),
            error(Lang::En, evil, evil, evil),
            form_post(Lang::En, evil, &[(evil, evil)]),
        ];
        for page in pages {
            let page = page.render("NONCE");
            assert!(!page.contains("<script>alert"), "{page}");
            assert!(!page.contains("\"\"><"), "{page}");
        }
    }

    #[test]
    fn every_input_has_a_label_and_errors_are_announced() {
        let token = FormToken("t".into());
        let page = sign_in(Lang::En, "/x", &token, "/y", "", Some(Key::WrongPassword)).render("N");
        for id in ["f-name", "f-password"] {
            assert!(
                page.contains(&format!("<label for=\"{id}\">"))
                    && page.contains(&format!("<input id=\"{id}\""))
            );
        }
        assert!(page.contains("role=\"alert\"") && page.contains("aria-describedby=\"problem\""));
        assert!(page.contains("<html lang=\"en\">") && page.contains("<main>") && page.contains("<h1>"));
    }
}
