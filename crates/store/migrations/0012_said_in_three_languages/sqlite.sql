-- Why something failed, in each language. A null is a row from before, or a text that is the same in all.

alter table connector_instance add column last_error_nl text;
alter table connector_instance add column last_error_sv text;
alter table connector_run add column message_nl text;
alter table connector_run add column message_sv text;
alter table delivery add column last_error_nl text;
alter table delivery add column last_error_sv text;
alter table announcement_source add column last_error_nl text;
alter table announcement_source add column last_error_sv text;
