//! Notices on their way, on both databases, to a mail server and a webhook on this machine.

mod sink;

use identity::Seal as _;
use jiff::{SignedDuration, Timestamp};
use jobs::Runner;
use serde_json::json;
use store::{Sql, TenantId, testkit};

use super::*;
use sink::{MailSink, WebSink};

const TENANT: TenantId = TenantId(Uuid::from_u128(1));
const MAKE_TENANT: Sql = Sql::tenant(
    "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
     created_at) values ($1, 'Contoso', 'NL', 'here', 'intune', 'active', 0)",
);
const NOTICES: Sql = Sql::tenant("select id from notice where tenant_id = $1");
const STATES: Sql = Sql::tenant(
    "select state, title, attempts, last_error, last_error_nl, last_error_sv from delivery where tenant_id = $1 order by created_at, id",
);

/// Everybody may know of incidents, nobody of messages.
struct IncidentsOnly;

impl Audience for IncidentsOnly {
    fn may_know(&self, _: &mut Tx<'_, '_>, _: Uuid, topic: Topic) -> Result<bool, SqlError> {
        Ok(topic == Topic::Incident)
    }
}

struct Bench {
    notify: Notify,
    runner: Runner,
    mail: MailSink,
    web: WebSink,
    _folder: tempfile::TempDir,
}

fn check(test: impl AsyncFn(Bench)) {
    testkit::check(async |store| test(Bench::new(store).await).await);
}

impl Bench {
    async fn new(store: Store) -> Bench {
        let world = World::seeded(1, "2026-11-21T12:00:00Z".parse().unwrap());
        store.write(TENANT, |tx| tx.exec(&MAKE_TENANT, &[])).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let config = identity::IdentityConfig {
            origin: identity::Origin::parse("https://deck.example").unwrap(),
            key_file: folder.path().join("identity.key"),
        };
        let identity = Identity::open(store.clone(), world.clone(), config).await.unwrap();
        let (mail, web) = (MailSink::start().await, WebSink::default());
        let settings = MailSettings {
            host: "127.0.0.1".to_owned(),
            port: mail.port,
            security: MailSecurity::None,
            credentials: None,
            from: "Quarterdeck <deck@contoso.example>".to_owned(),
            ca_pem: None,
        };
        let post = Post::new(Some(&settings), Arc::new(web.clone())).unwrap();
        let notify = Notify {
            store: store.clone(),
            world: world.clone(),
            identity,
            origin: "https://deck.example".into(),
            post,
            audience: Arc::new(IncidentsOnly),
        };
        let runner = Runner::new(store, world, "test", works(&notify), ticks(&notify));
        Bench { notify, runner, mail, web, _folder: folder }
    }

    async fn channel(&self, kind: Kind, owner: Option<Uuid>, settings: serde_json::Value) -> Uuid {
        let id = self.notify.world.ids.guid();
        let now = self.notify.world.clock.now();
        let target = channel::Target {
            url: "https://hooks.example/x".to_owned(),
            signing_secret: Some(render::webhook::secret(&[7; 32])),
        };
        let sealed = self.notify.identity.seal(&post::seal_name(id), &serde_json::to_vec(&target).unwrap());
        let channel = row::Channel {
            id,
            owner_user_id: owner,
            kind,
            display_name: "Team".to_owned(),
            settings: serde_json::from_value(settings).unwrap(),
            secret: (kind != Kind::Mail).then_some(sealed),
            is_enabled: true,
            created_at: now,
            modified_at: now,
            last_sent_at: None,
        };
        self.notify.store.write(TENANT, move |tx| op::channel::insert(tx, &channel)).await.unwrap();
        id
    }

    async fn raise(&self, topic: Topic, subject: &str, severity: Severity, state: State) {
        let (id, now) = (self.notify.world.ids.guid(), self.notify.world.clock.now());
        let notice = Notice {
            topic,
            subject: subject.to_owned(),
            severity,
            state,
            title: Words::new(format!("{subject} en"), format!("{subject} nl"), format!("{subject} sv")),
            text: Words::same("What to do."),
            link: "/tenant-status".to_owned(),
        };
        self.notify.store.write(TENANT, move |tx| raise(tx, id, now, &notice)).await.unwrap();
    }

    /// Lets time pass and everything be done that has become due.
    async fn after(&self, seconds: i64) {
        self.notify.world.clock.advance(SignedDuration::from_secs(seconds));
        self.runner.settle().await.unwrap();
    }

    async fn states(&self) -> Vec<(String, String)> {
        let rows = self.notify.store.read(TENANT, |tx| tx.rows(&STATES, &[])).await.unwrap();
        rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect()
    }
}

fn mail_of(topics: &[&str]) -> serde_json::Value {
    json!({ "addresses": ["ops@contoso.example"], "topics": topics, "language": "nl" })
}

#[test]
fn what_happens_together_is_one_mail_and_what_is_mended_is_another() {
    check(async |bench| {
        bench.channel(Kind::Mail, None, mail_of(&["incident", "connectorHealth"])).await;
        bench.raise(Topic::Incident, "a", Severity::Warning, State::Open).await;
        bench.raise(Topic::ConnectorHealth, "b", Severity::Critical, State::Open).await;
        bench.after(0).await;
        assert_eq!(bench.mail.taken().len(), 0, "it waits for what happens with it");
        bench.after(11).await;
        let mails = bench.mail.taken();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, ["ops@contoso.example"]);
        assert!(mails[0].data.contains("Subject: [Contoso] b nl (en nog 1)"), "{}", mails[0].data);
        assert!(mails[0].data.contains("Auto-Submitted: auto-generated"));
        bench.raise(Topic::ConnectorHealth, "b", Severity::Info, State::Resolved).await;
        bench.after(11).await;
        assert_eq!(bench.mail.taken().len(), 1, "five minutes between mails");
        bench.after(300).await;
        let mails = bench.mail.taken();
        assert_eq!(mails.len(), 2);
        assert!(mails[1].data.contains("Subject: [Contoso] Opgelost: b nl"), "{}", mails[1].data);
    });
}

#[test]
fn what_came_and_went_is_not_told() {
    check(async |bench| {
        bench.channel(Kind::Webhook, None, json!({ "topics": ["incident"] })).await;
        bench.raise(Topic::Incident, "a", Severity::Warning, State::Open).await;
        bench.after(1).await;
        bench.raise(Topic::Incident, "a", Severity::Info, State::Resolved).await;
        bench.after(0).await;
        bench.after(60).await;
        assert_eq!(bench.web.posts().len(), 0);
        assert_eq!(bench.states().await, [("dropped".to_owned(), "Nothing to report".to_owned())]);
    });
}

#[test]
fn a_webhook_that_fails_is_tried_again_with_the_same_id_and_signature() {
    check(async |bench| {
        bench.channel(Kind::Webhook, None, json!({ "topics": ["incident"] })).await;
        bench.web.answer_next(&[503, 200]);
        bench.raise(Topic::Incident, "a", Severity::Critical, State::Open).await;
        bench.after(0).await;
        bench.after(11).await;
        assert_eq!(bench.states().await[0].0, "retrying");
        bench.after(31).await;
        assert_eq!(bench.states().await[0].0, "sent");
        let posts = bench.web.posts();
        assert_eq!(posts.len(), 2);
        let id = |n: usize| posts[n].headers.iter().find(|(name, _)| *name == "webhook-id").cloned();
        assert!(id(0).is_some() && id(0) == id(1));
        assert!(posts[0].body.contains("\"title\":\"a en\""), "{}", posts[0].body);
    });
}

/// The page of deliveries, for a reader of this language.
async fn deliveries(bench: &Bench, language: Language) -> serde_json::Value {
    let read = bench
        .notify
        .store
        .read(TENANT, move |tx| op::deliveries::DELIVERIES.page_with(tx, "", "", &[language.tag().into()]));
    read.await.unwrap().0
}

#[test]
fn the_tries_go_on_after_a_restart() {
    check(async |bench| {
        bench.channel(Kind::Webhook, None, json!({ "topics": ["incident"] })).await;
        bench.web.answer_next(&[503, 200]);
        bench.raise(Topic::Incident, "a", Severity::Critical, State::Open).await;
        bench.after(0).await;
        bench.after(11).await;
        assert_eq!(bench.states().await[0].0, "retrying");
        let (notify, store) = (&bench.notify, bench.notify.store.clone());
        let again = Runner::new(store, notify.world.clone(), "restarted", works(notify), ticks(notify));
        notify.world.clock.advance(SignedDuration::from_secs(31));
        again.settle().await.unwrap();
        assert_eq!(bench.states().await[0].0, "sent");
        assert_eq!(bench.web.posts().len(), 2);
    });
}

#[test]
fn a_webhook_that_is_gone_fails_and_can_be_sent_again() {
    check(async |bench| {
        bench.channel(Kind::Slack, None, json!({ "topics": ["incident"] })).await;
        bench.web.answer_next(&[410]);
        bench.raise(Topic::Incident, "a", Severity::Critical, State::Open).await;
        bench.after(0).await;
        bench.after(11).await;
        assert_eq!(bench.states().await[0].0, "failed");
        let rows = bench.notify.store.read(TENANT, |tx| tx.rows(&STATES, &[])).await.unwrap();
        let why = [3, 4, 5].map(|column| rows[0].get::<Option<String>>(column).unwrap());
        assert_eq!(
            why.each_ref().map(|why| why.as_deref().unwrap()),
            [
                "The other side answered 410. The webhook is gone; make a new one there.",
                "De andere kant antwoordde 410. De webhook bestaat niet meer; maak daar een nieuwe.",
                "Den andra sidan svarade 410. Webhooken finns inte längre; skapa en ny där.",
            ]
        );
        for (language, expected) in Language::ALL.into_iter().zip(why) {
            let shown = deliveries(&bench, language).await;
            assert_eq!(shown["value"][0]["lastError"].as_str(), expected.as_deref());
        }
    });
}

#[test]
fn people_hear_only_of_what_they_may_read() {
    check(async |bench| {
        let owner = Some(Uuid::from_u128(7));
        bench.channel(Kind::Mail, owner, mail_of(&["incident", "message"])).await;
        bench.raise(Topic::Message, "m", Severity::Info, State::Open).await;
        bench.after(0).await;
        bench.after(60).await;
        assert_eq!(bench.mail.taken().len(), 0);
        bench.raise(Topic::Incident, "i", Severity::Info, State::Open).await;
        bench.after(0).await;
        bench.after(60).await;
        assert_eq!(bench.mail.taken().len(), 1);
    });
}

#[test]
fn who_is_deleted_hears_nothing_more_and_leaves_no_address() {
    check(async |bench| {
        let ann = Uuid::from_u128(7);
        bench.channel(Kind::Mail, Some(ann), mail_of(&["incident"])).await;
        bench.raise(Topic::Incident, "a", Severity::Warning, State::Open).await;
        bench.after(0).await;
        bench.notify.store.write(TENANT, move |tx| forget_person(tx, ann)).await.unwrap();
        bench.after(60).await;
        assert_eq!(bench.mail.taken().len(), 0, "what was waiting is not sent");
        let rows = bench.notify.store.read(TENANT, |tx| tx.rows(&sql::CHANNELS, &[])).await.unwrap();
        assert!(rows.is_empty());
        bench.notify.store.write(TENANT, move |tx| forget_person(tx, ann)).await.unwrap();
    });
}

#[test]
fn what_stays_open_is_reminded_of_until_it_is_resolved() {
    check(async |bench| {
        let wants = json!({ "topics": ["incident"], "remindEveryHours": 24 });
        bench.channel(Kind::Webhook, None, wants).await;
        bench.raise(Topic::Incident, "a", Severity::Warning, State::Open).await;
        bench.after(0).await;
        bench.after(11).await;
        assert_eq!(bench.web.posts().len(), 1);
        bench.after(23 * 3_600).await;
        bench.after(11).await;
        assert_eq!(bench.web.posts().len(), 1, "not yet a day");
        bench.after(3_600).await;
        bench.after(11).await;
        assert_eq!(bench.web.posts().len(), 2);
        assert!(bench.web.posts()[1].body.contains("Reminder: a en"));
        bench.raise(Topic::Incident, "a", Severity::Info, State::Resolved).await;
        bench.after(0).await;
        bench.after(400).await;
        assert_eq!(bench.web.posts().len(), 3);
        bench.after(48 * 3_600).await;
        bench.after(11).await;
        assert_eq!(bench.web.posts().len(), 3, "what is resolved is not reminded of");
    });
}

#[test]
fn what_was_sent_half_a_year_ago_is_forgotten() {
    check(async |bench| {
        bench.channel(Kind::Webhook, None, json!({ "topics": ["incident"] })).await;
        bench.raise(Topic::Incident, "a", Severity::Critical, State::Open).await;
        bench.raise(Topic::Incident, "a", Severity::Critical, State::Resolved).await;
        bench.raise(Topic::Incident, "b", Severity::Critical, State::Open).await;
        bench.after(0).await;
        bench.after(11).await;
        assert_eq!(bench.states().await.len(), 1);
        let kept = async || bench.notify.store.read(TENANT, |tx| tx.rows(&NOTICES, &[])).await.unwrap().len();
        let n_kept = kept().await;
        bench.after(180 * 24 * 3_600).await;
        assert_eq!((bench.states().await.len(), kept().await), (1, n_kept), "not yet");
        bench.after(3_600).await;
        assert_eq!(bench.states().await, []);
        assert_eq!(kept().await, 1, "what is still open may be reminded of");
    });
}

#[test]
fn the_digest_waits_for_its_hour() {
    check(async |bench| {
        let wants = json!({ "topics": ["incident"], "pace": "digest", "digestAt": "18:30:00" });
        bench.channel(Kind::Teams, None, wants).await;
        bench.raise(Topic::Incident, "a", Severity::Critical, State::Open).await;
        bench.after(0).await;
        bench.after(6 * 3_600).await;
        bench.raise(Topic::Incident, "b", Severity::Info, State::Open).await;
        bench.after(1).await;
        assert_eq!(bench.web.posts().len(), 0);
        bench.after(1_800).await;
        assert_eq!(bench.web.posts().len(), 1);
        let at: Timestamp = "2026-11-21T18:30:01Z".parse().unwrap();
        assert_eq!(bench.notify.world.clock.now(), at);
    });
}
