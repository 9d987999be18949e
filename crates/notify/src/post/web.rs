//! Webhooks leave through the house's https client.

use http::{HeaderName, HeaderValue};
use outbound::{Client, Request, Target};
use words::Words;
use world::World;

use super::{Sending, Web, WebAnswer};

/// The https client, and the clock its answers' waits are counted from.
#[derive(Clone)]
pub struct Https {
    pub client: Client,
    pub world: World,
}

impl Web for Https {
    fn post(&self, url: String, headers: Vec<(&'static str, String)>, body: String) -> Sending {
        let (client, clock) = (self.client.clone(), self.world.clock.clone());
        Box::pin(async move {
            let target = Target::parse(&url).map_err(|error| error.words())?;
            let mut request = Request::post(target, "application/json", body);
            for (name, value) in headers {
                let value = HeaderValue::try_from(value).map_err(|error| Words::same(error.to_string()))?;
                request = request.header(HeaderName::from_static(name), value);
            }
            let answer = client.send(request).await.map_err(|error| error.words())?;
            let retry_at = answer.retry_after(clock.now());
            Ok(WebAnswer { status: answer.status.as_u16(), retry_at })
        })
    }
}
