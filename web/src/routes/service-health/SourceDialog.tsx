/**
 * Adds or changes a connection to another service. It is asked at once, so that a mistake is seen at once.
 */
import { Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sourceAddress, SOURCES, SOURCES_KEY, type AnnouncementSource } from '../../api/serviceHealth';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { FormDialog } from '../../ui/FormDialog';
import { useChecks } from '../../ui/useChecks';
import { isSafeAddress } from './typed';

const CHECKED = ['displayName', 'serviceUrl', 'tokenUrl', 'clientId', 'clientSecret', 'scope'] as const;
type Name = (typeof CHECKED)[number];
type Typed = Record<Name, string>;

const GRAPH_SCOPE = 'https://graph.microsoft.com/.default';

/** A secret is only sent where it was given for. */
function needsSecret(typed: Typed, source: AnnouncementSource | undefined): boolean {
  const places = ['serviceUrl', 'tokenUrl', 'clientId'] as const;
  return !source || places.some((name) => typed[name].trim() !== source[name]);
}

function useWrong(typed: Typed, source: AnnouncementSource | undefined) {
  const { t } = useTranslation();
  const missing = (text: string) => (text.trim() === '' ? t('sources.missing') : undefined);
  const address = (text: string) => missing(text) ?? (isSafeAddress(text) ? undefined : t('sources.address'));
  return {
    displayName: missing(typed.displayName),
    serviceUrl: address(typed.serviceUrl),
    tokenUrl: address(typed.tokenUrl),
    clientId: missing(typed.clientId),
    clientSecret:
      typed.clientSecret === '' && needsSecret(typed, source)
        ? t(source ? 'sources.secretAgain' : 'sources.missing')
        : undefined,
    scope: missing(typed.scope),
  };
}

export function SourceDialog({ source, onClose }: { source?: AnnouncementSource; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useNotice();
  const [typed, setTyped] = useState<Typed>({
    displayName: source?.displayName ?? '',
    serviceUrl: source?.serviceUrl ?? '',
    tokenUrl: source?.tokenUrl ?? '',
    clientId: source?.clientId ?? '',
    clientSecret: '',
    scope: source?.scope ?? GRAPH_SCOPE,
  });
  const save = useChange([SOURCES_KEY]);
  const checks = useChecks(CHECKED, useWrong(typed, source), save.error);
  const submit = () => {
    const { clientSecret, ...rest } = typed;
    const body = { ...rest, clientSecret: clientSecret === '' ? undefined : clientSecret };
    save.mutate(
      source ? { path: sourceAddress(source.id), method: 'PATCH', body } : { path: SOURCES, body },
      {
        onSuccess: () => {
          say(source ? t('sources.saved') : t('sources.added'));
          onClose();
        },
      },
    );
  };
  const field = (name: Name, label: string, hint?: string, type: 'text' | 'url' | 'password' = 'text') => (
    <Field label={label} hint={hint} required={name !== 'clientSecret' || !source} {...checks.of(name)}>
      <Input
        type={type}
        value={typed[name]}
        maxLength={type === 'password' ? 4096 : 500}
        autoComplete={type === 'password' ? 'new-password' : 'off'}
        onChange={(_, data) => setTyped((before) => ({ ...before, [name]: data.value }))}
      />
    </Field>
  );
  return (
    <FormDialog
      title={source ? t('action.editNamed', { name: source.displayName }) : t('sources.add')}
      submit={source ? t('action.save') : t('sources.addSubmit')}
      busy={save.isPending}
      error={checks.error}
      ownChecks
      onSubmit={() => checks.send(submit)}
      onClose={onClose}
    >
      {field('displayName', t('sources.displayName'))}
      {field('serviceUrl', t('sources.serviceUrl'), t('sources.serviceUrlHint'), 'url')}
      {field('tokenUrl', t('sources.tokenUrl'), t('sources.tokenUrlHint'), 'url')}
      {field('clientId', t('sources.clientId'), t('sources.clientIdHint'))}
      {field(
        'clientSecret',
        t('sources.clientSecret'),
        source ? t('sources.secretKept') : undefined,
        'password',
      )}
      {field('scope', t('sources.scope'), t('sources.scopeHint'))}
    </FormDialog>
  );
}
