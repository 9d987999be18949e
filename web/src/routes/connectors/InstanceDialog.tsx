/**
 * Adds a connector, or changes what people say of one: name, owner, how to renew it, and how it synchronises.
 */
import { Field, Input, Select, Textarea } from '@fluentui/react-components';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  CONNECTORS_KEY,
  instancePath,
  typePath,
  type ConnectorInstance,
  type ConnectorPage,
  type SyncKind,
} from '../../api/connectors';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { useFormats } from '../../i18n/format';
import { useLabels } from '../../i18n/labels';
import { FormDialog } from '../../ui/FormDialog';
import { readSettings, SETTINGS, writtenSettings } from './settings';

const EVERY_SECONDS = [300, 3600, 4 * 3600, 8 * 3600, 86_400, 7 * 86_400];

interface InstanceDialogProps {
  connector: ConnectorPage;
  instance?: ConnectorInstance;
  onClose: () => void;
}

function changed<T>(value: T, known: T): T | undefined {
  return JSON.stringify(value) === JSON.stringify(known) ? undefined : value;
}

export function InstanceDialog({ connector, instance, onClose }: InstanceDialogProps) {
  const { t } = useTranslation();
  const labels = useLabels();
  const say = useNotice();
  const navigate = useNavigate();
  const isOurs = connector.madeBy === 'quarterdeck';
  const [displayName, setName] = useState(instance?.displayName ?? '');
  const [owner, setOwner] = useState(instance?.owner ?? '');
  const [howToRenew, setNote] = useState(instance?.howToRenew ?? '');
  const [kind, setKind] = useState<SyncKind | null>(instance?.sync.kind ?? connector.syncKinds[0] ?? null);
  const [every, setEvery] = useState(instance?.sync.everySeconds ?? 0);
  const [values, setValues] = useState(() => readSettings(instance?.settings ?? {}));
  const save = useChange<ConnectorInstance>([CONNECTORS_KEY]);
  const settings = kind ? writtenSettings(kind, values, instance?.settings ?? {}) : {};
  const note = { owner: owner.trim(), howToRenew: howToRenew.trim() };
  const body = isOurs
    ? note
    : {
        ...note,
        displayName: changed(displayName.trim(), instance?.displayName),
        syncKind: kind
          ? (changed<SyncKind | null>(kind, instance?.sync.kind ?? null) ?? undefined)
          : undefined,
        syncEverySeconds: every > 0 ? changed(every, instance?.sync.everySeconds ?? 0) : undefined,
        settings: kind ? changed(settings, instance?.settings ?? {}) : undefined,
      };
  const submit = () =>
    save.mutate(
      instance
        ? { path: instancePath(connector.type, instance.id), method: 'PATCH', body }
        : { path: `${typePath(connector.type)}/instances`, body },
      {
        onSuccess: (made) => {
          say(instance ? t('connectors.saved') : t('connectors.added'));
          onClose();
          if (!instance && made) {
            void navigate({
              to: '/tenant-status/connectors/$type/$id',
              params: { type: connector.type, id: made.id },
              resetScroll: false,
            });
          }
        },
      },
    );
  return (
    <FormDialog
      title={instance ? t('action.editNamed', { name: instance.displayName }) : t('connectors.add')}
      submit={instance ? t('action.save') : t('connectors.addSubmit')}
      busy={save.isPending}
      ready={isOurs || displayName.trim() !== ''}
      error={save.error}
      onSubmit={submit}
      onClose={onClose}
    >
      {isOurs ? null : (
        <Field label={t('connectors.name')} required>
          <Input value={displayName} maxLength={128} onChange={(_, data) => setName(data.value)} />
        </Field>
      )}
      <Field label={t('connectors.owner')} hint={t('connectors.ownerHint')}>
        <Input value={owner} maxLength={256} onChange={(_, data) => setOwner(data.value)} />
      </Field>
      <Field label={t('connectors.howToRenew')} hint={t('connectors.howToRenewHint')}>
        <Textarea value={howToRenew} maxLength={4000} rows={3} onChange={(_, data) => setNote(data.value)} />
      </Field>
      {isOurs || connector.syncKinds.length === 0 ? null : (
        <>
          <Field label={t('connectors.syncKind')}>
            <Select
              value={kind ?? ''}
              onChange={(_, data) =>
                setKind(connector.syncKinds.find((known) => known === data.value) ?? null)
              }
            >
              {connector.syncKinds.map((known) => (
                <option key={known} value={known}>
                  {labels.syncKind(known)}
                </option>
              ))}
            </Select>
          </Field>
          {kind ? <Settings kind={kind} values={values} onChange={setValues} /> : null}
          <Every every={every} onChange={setEvery} />
        </>
      )}
    </FormDialog>
  );
}

interface SettingsProps {
  kind: SyncKind;
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}

function Settings({ kind, values, onChange }: SettingsProps) {
  const labels = useLabels();
  return SETTINGS[kind].map(({ name, type, required }) => (
    <Field key={name} label={labels.syncSetting(name)} required={required}>
      <Input
        type={type}
        value={values[name] ?? ''}
        onChange={(_, data) => onChange({ ...values, [name]: data.value })}
      />
    </Field>
  ));
}

function Every({ every, onChange }: { every: number; onChange: (every: number) => void }) {
  const { t } = useTranslation();
  const format = useFormats();
  const known = every === 0 || EVERY_SECONDS.includes(every) ? EVERY_SECONDS : [...EVERY_SECONDS, every];
  return (
    <Field label={t('connectors.every')} hint={t('connectors.everyHint')}>
      <Select value={String(every)} onChange={(_, data) => onChange(Number(data.value))}>
        <option value="0">{t('connectors.everyDefault')}</option>
        {known.map((seconds) => (
          <option key={seconds} value={seconds}>
            {format.duration(seconds)}
          </option>
        ))}
      </Select>
    </Field>
  );
}
