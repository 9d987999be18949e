//! The browser interface: its page with a fresh nonce each time, and its files.
//!
//! Addresses that belong to no route get the page, so that every view of the interface has an address; but never
//! under the roots that machines use.

use std::sync::Arc;

use api::{Code, Failure};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use identity::web_session::COOKIE;
use world::World;

struct File {
    path: &'static str,
    plain: &'static [u8],
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/web.rs"));

const NONCE: &str = "__CSP_NONCE__";
/// Becomes `some` or `none`: whether the browser sent a session's cookie, so that the page first shows the right frame.
const SESSION: &str = "__SESSION__";
const FALLBACK: &str = "<!doctype html>\n<html lang=\"en\">\n<title>Quarterdeck</title>\n\
    <h1>Quarterdeck is running</h1>\n\
    <p>Its browser interface was not built into this program. Run <code>cargo xtask web</code> in the repository, \
    then build the program again.</p>\n</html>\n";

/// First parts of addresses that are never the interface's.
const MACHINE_ROOTS: [&str; 15] = [
    "api",
    "graph",
    "warehouse",
    "reportingservice",
    "agent",
    "assets",
    "healthz",
    "readyz",
    "metrics",
    "common",
    "oidc",
    "oauth2",
    "v1.0",
    "beta",
    ".well-known",
];
/// Second parts below a tenant's name: the sign-in protocol.
const TENANT_ROOTS: [&str; 4] = ["oauth2", "v2.0", "discovery", ".well-known"];

/// A router with the page and its files behind everything that `router` does not have.
pub(crate) fn behind(router: Router, world: World) -> Router {
    router.fallback_service(Router::new().fallback(serve).with_state(Arc::new(world)))
}

async fn serve(State(world): State<Arc<World>>, request: Request) -> Response {
    let path = request.uri().path();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return nothing(path);
    }
    if let Some(file) = FILES.iter().find(|file| path.strip_prefix('/') == Some(file.path)) {
        return answer_file(file, request.headers());
    }
    if is_machines(path) || !accepts_html(request.headers()) {
        return nothing(path);
    }
    page(INDEX, &STANDARD.encode(world.entropy.bytes::<16>()), has_session(request.headers()))
}

fn nothing(path: &str) -> Response {
    Failure::new(Code::NotFound, "There is nothing at this address.").render(path)
}

fn is_machines(path: &str) -> bool {
    let mut parts = path.split('/').skip(1).map(str::to_ascii_lowercase);
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    MACHINE_ROOTS.contains(&first.as_str()) || TENANT_ROOTS.contains(&second.as_str())
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|range| range.split(';').next().unwrap_or_default().trim() == "text/html")
}

fn has_session(headers: &HeaderMap) -> bool {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .any(|pair| pair.split_once('=').is_some_and(|(name, _)| name.trim() == COOKIE))
}

fn page(index: Option<&str>, nonce: &str, session: bool) -> Response {
    let session = if session { "some" } else { "none" };
    let html = index
        .map_or_else(|| FALLBACK.to_owned(), |page| page.replace(NONCE, nonce).replacen(SESSION, session, 1));
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    let headers = [(header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, "no-store".to_owned())];
    (StatusCode::OK, headers, Html(html)).into_response()
}

fn answer_file(file: &'static File, headers: &HeaderMap) -> Response {
    // Files under assets/ have their content's hash in their name; the others keep their name.
    let lasting = file.path.starts_with("assets/");
    let cache = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    let common = [(header::CONTENT_TYPE, media_type(file.path)), (header::CACHE_CONTROL, cache)];
    match file.gzip.filter(|_| accepts_gzip(headers)) {
        Some(gzip) => {
            let encoding = [(header::CONTENT_ENCODING, "gzip"), (header::VARY, "accept-encoding")];
            (common, encoding, gzip).into_response()
        }
        None => (common, [(header::VARY, "accept-encoding")], file.plain).into_response(),
    }
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accept.unwrap_or_default().split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let refused = parts.clone().skip(1).any(|part| part == "q=0" || part == "q=0.0");
        parts.next() == Some("gzip") && !refused
    })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use jiff::Timestamp;
    use tower::ServiceExt as _;

    use super::*;

    async fn check(method: &str, path: &str, accept: &str) -> (u16, HeaderMap, String) {
        let app = behind(Router::new(), World::seeded(1, Timestamp::UNIX_EPOCH));
        let request = Request::builder().method(method).uri(path).header("accept", accept);
        let answer = app.oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, 10_000_000).await.expect("a body");
        (parts.status.as_u16(), parts.headers, String::from_utf8_lossy(&body).into_owned())
    }

    const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

    #[tokio::test]
    async fn views_get_the_page_and_machines_do_not() {
        for path in ["/", "/devices/7/overview", "/sign-in"] {
            let (status, headers, text) = check("GET", path, BROWSER).await;
            assert_eq!(status, 200, "{path}");
            assert!(text.starts_with("<!doctype html>"), "{text}");
            assert_eq!(headers["cache-control"], "no-store");
        }
        for path in [
            "/api/x",
            "/graph/v1.0/none",
            "/ReportingService/x",
            "/agent/v1/x",
            "/assets/gone.js",
            "/contoso.com/oauth2/v2.0/none",
            "/contoso.com/discovery/none",
            "/metrics/x",
        ] {
            assert_eq!(check("GET", path, BROWSER).await.0, 404, "{path}");
        }
        assert_eq!(check("GET", "/devices", "application/json").await.0, 404);
        assert_eq!(check("GET", "/devices", "*/*").await.0, 404);
        assert_eq!(check("POST", "/devices", BROWSER).await.0, 404);
    }

    #[tokio::test]
    async fn missing_addresses_answer_in_their_doors_form() {
        let (_, headers, text) = check("GET", "/graph/v1.0/none", "*/*").await;
        assert!(text.starts_with("{\"error\":"), "{text}");
        assert_eq!(headers["odata-version"], "4.0");
        assert_eq!(check("GET", "/api/none", "*/*").await.1["content-type"], "application/problem+json");
    }

    #[tokio::test]
    async fn each_page_has_its_own_nonce_in_text_and_policy() {
        let answer = page(Some("<script nonce=\"__CSP_NONCE__\"></script>"), "abc123==", false);
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.contains("script-src 'self' 'nonce-abc123=='; style-src 'self' 'nonce-abc123==';"));
        let body = to_bytes(answer.into_body(), 1000).await.expect("a body");
        assert_eq!(body, "<script nonce=\"abc123==\"></script>");
        let app = behind(Router::new(), World::real());
        let mut policies = Vec::new();
        for _ in 0..2 {
            let request = Request::get("/").header("accept", BROWSER).body(Body::empty()).expect("a request");
            let answer = app.clone().oneshot(request).await.expect("infallible");
            policies.push(answer.headers()["content-security-policy"].clone());
        }
        assert_ne!(policies[0], policies[1]);
    }

    #[tokio::test]
    async fn the_page_knows_whether_the_browser_has_a_session() {
        for (cookies, expected) in [
            (vec![], "none"),
            (vec!["other=1; x__Host-qd_session=2"], "none"),
            (vec!["other=1; __Host-qd_session=2"], "some"),
            (vec!["other=1", "__Host-qd_session=2"], "some"),
        ] {
            let mut headers = HeaderMap::new();
            for cookie in cookies {
                headers.append("cookie", cookie.parse().expect("a header"));
            }
            let answer = page(Some("<html data-session=\"__SESSION__\">"), "n", has_session(&headers));
            let body = to_bytes(answer.into_body(), 1000).await.expect("a body");
            assert_eq!(body, format!("<html data-session=\"{expected}\">"));
        }
    }

    static SCRIPT: File = File { path: "assets/x.js", plain: b"long long long", gzip: Some(b"short") };

    fn file(accept_encoding: &'static str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert("accept-encoding", accept_encoding.parse().expect("a header"));
        answer_file(&SCRIPT, &headers)
    }

    #[test]
    fn files_are_kept_for_a_year_and_sent_small() {
        let answer = file("br, gzip;q=0.5");
        assert_eq!(answer.headers()["content-encoding"], "gzip");
        assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(answer.headers()["content-type"], "text/javascript; charset=utf-8");
        assert!(!file("gzip;q=0").headers().contains_key("content-encoding"));
        assert!(!file("br").headers().contains_key("content-encoding"));
    }
}
