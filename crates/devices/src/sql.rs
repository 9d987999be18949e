//! The feature's statements.

use store::Sql;

pub(crate) const FIND_CA: Sql = Sql::tenant(
    "select certificate_pem, sealed_key from device_ca where tenant_id = $1 order by created_at desc limit 1",
);
pub(crate) const INSERT_CA: Sql = Sql::tenant(
    "insert into device_ca (tenant_id, id, certificate_pem, sealed_key, not_after, created_at)
     values ($1, $2, $3, $4, $5, $6)",
);

/// A token says by itself which tenant it is of.
pub(crate) const TENANT_OF_TOKEN: Sql =
    Sql::global("select tenant_id from enrollment_token where token_hash = $1");
pub(crate) const FIND_TOKEN: Sql = Sql::tenant(
    "select id, expires_at, uses_max, uses, revoked_at from enrollment_token
     where tenant_id = $1 and token_hash = $2 for update",
);
pub(crate) const USE_TOKEN: Sql =
    Sql::tenant("update enrollment_token set uses = uses + 1 where tenant_id = $1 and id = $2");
pub(crate) const INSERT_TOKEN: Sql = Sql::tenant(
    "insert into enrollment_token (tenant_id, id, token_hash, description, created_at, created_by, expires_at,
     uses_max, uses) values ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
);
pub(crate) const LIST_TOKENS: Sql = Sql::tenant(
    "select id, description, created_at, expires_at, uses_max - uses, revoked_at from enrollment_token
     where tenant_id = $1 order by created_at desc, id limit 1000",
);
pub(crate) const ONE_TOKEN: Sql = Sql::tenant(
    "select id, description, created_at, expires_at, uses_max - uses, revoked_at from enrollment_token
     where tenant_id = $1 and id = $2",
);
pub(crate) const REVOKE_TOKEN: Sql = Sql::tenant(
    "update enrollment_token set revoked_at = $3 where tenant_id = $1 and id = $2 and revoked_at is null",
);

pub(crate) const FIND_REQUEST: Sql = Sql::tenant(
    "select key_fingerprint, device_id, certificate_pem from enrollment_request
     where tenant_id = $1 and request_id = $2",
);
pub(crate) const INSERT_REQUEST: Sql = Sql::tenant(
    "insert into enrollment_request (tenant_id, request_id, key_fingerprint, device_id, certificate_pem, at)
     values ($1, $2, $3, $4, $5, $6)",
);

pub(crate) const INSERT_DEVICE: Sql = Sql::tenant(
    "insert into device (tenant_id, id, device_name, device_type_id, registration_state_id, owner_type_id, enrolled_at,
     last_sync_at, management_agent_id, management_state_id, azure_ad_registered, enrollment_type_id,
     compliance_state_id, os_version, serial_number, user_id, primary_user_id, manufacturer, model, operating_system,
     is_supervised, encryption_state, jail_broken, is_simulated, report_sequence)
     values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, false, $10, $11, $12, $13, $14, $14, $15, $16, $17, false, 0,
     false, $18, 0)",
);
/// A device that another service manages: made, or brought to what that service says.
pub(crate) const PUT_IMPORTED: Sql = Sql::tenant(
    "insert into device (tenant_id, id, device_name, device_type_id, registration_state_id, owner_type_id, enrolled_at,
     last_sync_at, management_agent_id, management_state_id, azure_ad_device_id, azure_ad_registered,
     enrollment_type_id, compliance_state_id, os_version, serial_number, user_id, primary_user_id, manufacturer, model,
     operating_system, is_supervised, encryption_state, free_storage_bytes, total_storage_bytes, jail_broken,
     is_simulated, report_sequence)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $14, $15, $16, $16, $17, $18, $19, $20, $21,
     $22, $23, false, false, 0)
     on conflict (tenant_id, id) do update set device_name = excluded.device_name,
     owner_type_id = excluded.owner_type_id, last_sync_at = excluded.last_sync_at,
     azure_ad_device_id = excluded.azure_ad_device_id, azure_ad_registered = excluded.azure_ad_registered,
     compliance_state_id = excluded.compliance_state_id, os_version = excluded.os_version,
     serial_number = excluded.serial_number, user_id = excluded.user_id, primary_user_id = excluded.primary_user_id,
     manufacturer = excluded.manufacturer, model = excluded.model, operating_system = excluded.operating_system,
     is_supervised = excluded.is_supervised, encryption_state = excluded.encryption_state,
     free_storage_bytes = excluded.free_storage_bytes, total_storage_bytes = excluded.total_storage_bytes",
);
/// A device that is known: retired, or with a certificate of ours.
pub(crate) const KNOWN: Sql = Sql::tenant(
    "select d.retired_at, d.is_simulated, (select count(*) from device_credential c
        where c.tenant_id = d.tenant_id and c.device_id = d.id) as n_credentials
     from device d where d.tenant_id = $1 and d.id = $2",
);
/// A refused enrolment, counted by its cause and day.
pub(crate) const COUNT_REFUSED: Sql = Sql::tenant(
    "insert into enrollment_failure (tenant_id, cause, day, n_failures, last_at) values ($1, $2, $3, 1, $4)
     on conflict (tenant_id, cause, day)
     do update set n_failures = enrollment_failure.n_failures + 1, last_at = excluded.last_at",
);
pub(crate) const COUNT_UP: Sql = Sql::tenant(
    "insert into device_count (tenant_id, enrolled) values ($1, 1)
     on conflict (tenant_id) do update set enrolled = device_count.enrolled + 1",
);
pub(crate) const COUNT_DOWN: Sql =
    Sql::tenant("update device_count set enrolled = enrolled - 1 where tenant_id = $1");

pub(crate) const INSERT_CREDENTIAL: Sql = Sql::tenant(
    "insert into device_credential (tenant_id, device_id, fingerprint, not_before, not_after, issued_at)
     values ($1, $2, $3, $4, $5, $6)",
);
/// A renewed certificate ends the others, but not at once: the answer may be lost on its way.
pub(crate) const REVOKE_OLDER_CREDENTIALS: Sql = Sql::tenant(
    "update device_credential set revoked_at = $4
     where tenant_id = $1 and device_id = $2 and fingerprint <> $3 and fingerprint <> $5 and revoked_at is null",
);
pub(crate) const REVOKE_CREDENTIALS: Sql = Sql::tenant(
    "update device_credential set revoked_at = $3 where tenant_id = $1 and device_id = $2 and revoked_at is null",
);

/// The device with the credential it showed.
pub(crate) const FIND_REPORTER: Sql = Sql::tenant(
    "select d.report_sequence, d.report_id, d.state_hash, d.retired_at, c.fingerprint, c.revoked_at
     from device d left join device_credential c
       on c.tenant_id = d.tenant_id and c.device_id = d.id and c.fingerprint = $3
     where d.tenant_id = $1 and d.id = $2",
);
pub(crate) const LOCK_DEVICE: Sql =
    Sql::tenant("select retired_at, device_name from device where tenant_id = $1 and id = $2 for update");
pub(crate) const ME: Sql = Sql::tenant(
    "select device_name, enrolled_at, last_sync_at, report_sequence from device where tenant_id = $1 and id = $2",
);
pub(crate) const RETIRE: Sql = Sql::tenant(
    "update device set retired_at = $3, management_state_id = 7
     where tenant_id = $1 and id = $2 and retired_at is null",
);

pub(crate) const SECTIONS: Sql = Sql::tenant(
    "select section, hash, case when section in ('packages', 'loggedOnUsers') and $3 = 0 then '' else content end
     from device_inventory where tenant_id = $1 and device_id = $2",
);
pub(crate) const INVENTORY: Sql = Sql::tenant(
    "select section, content, collected_at from device_inventory where tenant_id = $1 and device_id = $2",
);
pub(crate) const PUT_SECTION: Sql = Sql::tenant(
    "insert into device_inventory (tenant_id, device_id, section, hash, content, collected_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, device_id, section)
     do update set hash = excluded.hash, content = excluded.content, collected_at = excluded.collected_at",
);
pub(crate) const REMOVE_SECTION: Sql =
    Sql::tenant("delete from device_inventory where tenant_id = $1 and device_id = $2 and section = $3");
/// A report without changes.
pub(crate) const SEEN: Sql = Sql::tenant(
    "update device set last_sync_at = $3, report_sequence = $4, report_id = $5 where tenant_id = $1 and id = $2",
);
pub(crate) const REPORTED: Sql = Sql::tenant(
    "update device set last_sync_at = $3, report_sequence = $4, report_id = $5, state_hash = $6, device_name = $7,
     device_type_id = $8, os_version = $9, serial_number = $10, manufacturer = $11, model = $12,
     operating_system = $13, free_storage_bytes = $14, total_storage_bytes = $15, encryption_state = $16,
     wifi_mac_address = $17, ethernet_mac_address = $18, physical_memory_bytes = $19, ip_address_v4_wifi = $20,
     subnet_address_v4_wifi = $21, windows_os_edition = $22
     where tenant_id = $1 and id = $2",
);

/// What the list of managed devices is made of.
pub(crate) const MANAGED_DEVICES: Sql = Sql::tenant(
    "select d.id, d.device_name, d.operating_system, d.os_version, d.compliance_state_id, d.owner_type_id,
     d.enrolled_at, d.last_sync_at, d.serial_number, d.manufacturer, d.model, d.user_id,
     u.user_principal_name, u.display_name as user_display_name, u.mail,
     case when d.encryption_state = 1 then true else false end as is_encrypted, d.is_supervised,
     d.total_storage_bytes, d.free_storage_bytes, d.physical_memory_bytes, d.wifi_mac_address,
     d.ethernet_mac_address, d.management_agent_id, d.enrollment_type_id, d.registration_state_id,
     d.azure_ad_registered, d.azure_ad_device_id, d.imei, d.meid, d.phone_number, d.subscriber_carrier, d.iccid,
     d.android_security_patch_level, d.is_simulated,
     (select max(c.not_after) from device_credential c
        where c.tenant_id = d.tenant_id and c.device_id = d.id and c.revoked_at is null) as certificate_not_after
     from device d left join directory_user u on u.tenant_id = d.tenant_id and u.id = d.user_id
     where d.tenant_id = $1 and d.retired_at is null",
);
