//! From a decided grant to signed tokens.

use jiff::Timestamp;
use serde_json::json;
use store::TenantId;
use uuid::Uuid;

use crate::claims::{Mint, pairwise};
use crate::codec;
use crate::grants::Ready;
use crate::jws::{ACCESS_TOKEN, ID_TOKEN, KeyError};
use crate::oauth_error::OAuthError;
use crate::scope::{Face, Request};
use crate::service::Identity;
use crate::token_response::Tokens;

/// Who gets tokens, and how.
pub(crate) struct Recipient<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) client: &'a str,
    /// The client proved a secret.
    pub(crate) authenticated: bool,
    pub(crate) face: Face,
    /// `client_info=1` was sent.
    pub(crate) wants_client_info: bool,
    pub(crate) now: Timestamp,
}

impl Identity {
    /// Tokens for a person's grant; `narrowed` is a refresh request that names less than was granted.
    pub(crate) fn mint_delegated(
        &self,
        to: &Recipient<'_>,
        ready: &Ready,
        narrowed: Option<&Request>,
    ) -> Result<Tokens, OAuthError> {
        let Ready { grant, person, sign_in, nonce, refresh_token } = ready;
        let ring = self.ring();
        let mint = self.mint(to);
        let (mut audience, mut scopes, mut spelled) =
            (&grant.audience, grant.scopes.clone(), grant.spelled.clone());
        if let Some(request) = narrowed.filter(|request| request.default || !request.permissions.is_empty()) {
            audience = &request.audience;
            spelled.clone_from(&request.spelled);
            if !request.default {
                scopes.clone_from(&request.permissions);
            }
        }
        let access = mint.delegated(audience, &scopes, person, sign_in);
        let wants_id = grant.openid || to.face == Face::V1;
        let id = wants_id.then(|| mint.id_token(person, sign_in, nonce.as_deref()));
        let client_info = to.wants_client_info.then(|| {
            let info = json!({"uid": person.id.to_string(), "utid": to.tenant.to_string()});
            codec::encode(info.to_string().as_bytes())
        });
        Ok(Tokens {
            audience: audience.clone(),
            scopes,
            spelled,
            access_token: ring.signing().sign(ACCESS_TOKEN, &access).map_err(failed)?,
            id_token: id.map(|id| ring.signing().sign(ID_TOKEN, &id).map_err(failed)).transpose()?,
            refresh_token: refresh_token.clone(),
            client_info,
        })
    }

    /// A token for the client itself.
    pub(crate) fn mint_app_only(
        &self,
        to: &Recipient<'_>,
        audience: &str,
        roles: &[String],
        service_principal: Uuid,
    ) -> Result<Tokens, OAuthError> {
        let claims = self.mint(to).app_only(audience, roles, service_principal);
        Ok(Tokens {
            audience: audience.to_owned(),
            scopes: Vec::new(),
            spelled: Vec::new(),
            access_token: self.ring().signing().sign(ACCESS_TOKEN, &claims).map_err(failed)?,
            id_token: None,
            refresh_token: None,
            client_info: None,
        })
    }

    /// The stable, client-specific name of a person (`sub`).
    pub(crate) fn subject(&self, tenant: TenantId, person: Uuid, client: &str) -> String {
        pairwise(tenant, person, client)
    }

    fn mint<'a>(&'a self, to: &Recipient<'a>) -> Mint<'a> {
        Mint {
            origin: self.origin(),
            tenant: to.tenant,
            client: to.client,
            authenticated: to.authenticated,
            now: to.now,
            token_id: self.inner.world.ids.guid(),
        }
    }
}

fn failed(error: KeyError) -> OAuthError {
    tracing::error!(%error, "a token could not be signed");
    OAuthError::server()
}
