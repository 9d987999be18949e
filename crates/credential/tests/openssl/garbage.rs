//! No bytes make a reader panic, neither random ones nor good ones with some changed.

use std::sync::OnceLock;

use credential::{
    KeyRule, Purpose, Secret, Upload, new_enrolment_key_pair, read_apple_push, read_certificate,
    read_client_secret, read_enrolment_token, read_location_token, read_service_account,
};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::made::{Made, days, now};

struct Good {
    files: Vec<Vec<u8>>,
    key: Secret,
}

/// Good files to spoil; made once.
fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let made = Made::new();
        let pair = new_enrolment_key_pair("own", days(10), now()).unwrap();
        made.write("own.pem", &pair.certificate_pem);
        made.write("own.key", pair.private_key.reveal());
        made.write("plain", "{}");
        made.openssl("x509 -in own.pem -outform DER -out own.der");
        made.openssl("pkcs12 -export -iter 1 -in own.pem -inkey own.key -passout pass:a -out own.p12");
        made.openssl(
            "pkcs12 -export -legacy -iter 1 -nomac -in own.pem -inkey own.key -passout pass:a -out old.p12",
        );
        made.openssl("cms -encrypt -stream -outform DER -in plain -out token.p7m own.pem");
        made.openssl("smime -encrypt -in plain -out token.smime own.pem");
        made.openssl("pkcs8 -topk8 -iter 1 -in own.key -passout pass:a -out own.enc");
        let names =
            ["own.pem", "own.der", "own.p12", "old.p12", "token.p7m", "token.smime", "own.enc", "own.key"];
        Good { files: names.iter().map(|name| made.bytes(name)).collect(), key: pair.private_key }
    })
}

fn read_all(bytes: &[u8]) {
    let now = Timestamp::UNIX_EPOCH;
    let upload = Upload { bytes, password: Some("a"), private_key: None };
    drop(read_certificate(&upload, Purpose::Any, KeyRule::Optional, now));
    drop(read_apple_push(&Upload { private_key: Some(bytes), ..upload }, None, now));
    drop(read_enrolment_token(bytes, &good().key, now));
    drop(read_location_token(bytes, now));
    drop(read_service_account(bytes));
    if let Ok(text) = str::from_utf8(bytes) {
        drop(read_client_secret(text, Timestamp::MAX, now));
        drop(read_enrolment_token(bytes, &Secret::new(text.to_owned()), now));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }

    #[test]
    fn random_sequences(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let mut der = vec![0x30, u8::try_from(bytes.len()).unwrap()];
        der.extend(bytes);
        read_all(&der);
    }

    #[test]
    fn spoiled_files(
        which in 0..8_usize,
        spots in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let mut bytes = good().files[which].clone();
        for (place, byte) in spots {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        read_all(&bytes);
    }
}
