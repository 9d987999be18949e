/**
 * Tenant status → Service health → other services whose health and messages are imported: how each went, and adding,
 * changing, asking and deleting them.
 */
import { Badge, makeStyles, MessageBar, MessageBarBody, tokens } from '@fluentui/react-components';
import { AddRegular, ArrowLeftRegular, ArrowSyncRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  HEALTH_UPDATE,
  sourceAddress,
  SOURCES_KEY,
  sourcesQuery,
  type AnnouncementSource,
} from '../../api/serviceHealth';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DialogButton } from '../../ui/DialogButton';
import { Facts, Panel } from '../../ui/layout';
import { ButtonLink } from '../../ui/links';
import { Needs, useMay } from '../../ui/Needs';
import { useFailureText } from '../../ui/Problem';
import { When } from '../../ui/When';
import { useRowStyles } from './Issues';
import { Section } from './Section';
import { SourceDialog } from './SourceDialog';

const useStyles = makeStyles({
  content: { display: 'grid', gap: tokens.spacingVerticalL, minWidth: 0 },
  message: { overflowWrap: 'anywhere' },
});

type Asked = { kind: 'add' } | { kind: 'edit' | 'delete'; source: AnnouncementSource } | null;

export function Sources() {
  const { t } = useTranslation();
  return (
    <>
      <div>
        <ButtonLink to="/tenant-status/service-health" appearance="subtle" icon={<ArrowLeftRegular />}>
          {t('sources.back')}
        </ButtonLink>
      </div>
      {useMay(HEALTH_UPDATE) ? (
        <List />
      ) : (
        <Panel title={t('sources.title')}>
          <Needs permission={HEALTH_UPDATE}>{null}</Needs>
        </Panel>
      )}
    </>
  );
}

function List() {
  const row = useRowStyles();
  const { t, i18n } = useTranslation();
  const [asked, setAsked] = useState<Asked>(null);
  const answer = useQuery(sourcesQuery(i18n.language));
  const sources = answer.data?.value ?? [];
  const close = () => setAsked(null);
  return (
    <>
      <Section
        title={t('sources.title')}
        answer={answer}
        actions={
          <DialogButton icon={<AddRegular />} onClick={() => setAsked({ kind: 'add' })}>
            {t('sources.add')}
          </DialogButton>
        }
      >
        <p className={row.note}>{t('sources.intro')}</p>
        {sources.length === 0 ? <p>{t('sources.none')}</p> : null}
      </Section>
      {sources.map((source) => (
        <SourcePanel key={source.id} source={source} onAsk={setAsked} />
      ))}
      {asked?.kind === 'add' ? <SourceDialog onClose={close} /> : null}
      {asked?.kind === 'edit' ? <SourceDialog source={asked.source} onClose={close} /> : null}
      {asked?.kind === 'delete' ? <DeleteSource source={asked.source} onClose={close} /> : null}
    </>
  );
}

/** How the last import went, as a word with a colour. */
function State({ source }: { source: AnnouncementSource }) {
  const { t } = useTranslation();
  if (!source.isEnabled) return <Badge appearance="tint">{t('sources.off')}</Badge>;
  if (source.lastError) {
    return (
      <Badge appearance="tint" color="danger">
        {t('sources.failed')}
      </Badge>
    );
  }
  if (source.isRunning || !source.lastSuccessDateTime) {
    return (
      <Badge appearance="tint" color="informative">
        {t('sources.waits')}
      </Badge>
    );
  }
  return (
    <Badge appearance="tint" color="success">
      {t('sources.works')}
    </Badge>
  );
}

function SourcePanel({ source, onAsk }: { source: AnnouncementSource; onAsk: (asked: Asked) => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <Panel title={source.displayName} actions={<State source={source} />}>
      <div className={styles.content}>
        {source.lastError ? (
          <MessageBar intent="error" layout="multiline">
            <MessageBarBody className={styles.message}>
              {t('sources.lastError')} {source.lastError}
            </MessageBarBody>
          </MessageBar>
        ) : null}
        <Facts
          unknown={t('value.unknown')}
          facts={[
            { label: t('sources.serviceUrl'), value: source.serviceUrl },
            { label: t('sources.clientId'), value: source.clientId },
            {
              label: t('sources.lastSuccess'),
              value: <When iso={source.lastSuccessDateTime} none={t('sources.never')} />,
            },
            {
              label: t('sources.lastAsked'),
              value: <When iso={source.lastAskedDateTime} none={t('sources.soon')} />,
            },
          ]}
        />
        <Tools source={source} onAsk={onAsk} />
      </div>
    </Panel>
  );
}

function Tools({ source, onAsk }: { source: AnnouncementSource; onAsk: (asked: Asked) => void }) {
  const row = useRowStyles();
  const { t } = useTranslation();
  const say = useNotice();
  const failureText = useFailureText();
  const run = useChange([SOURCES_KEY]);
  const change = useChange([SOURCES_KEY]);
  const name = source.displayName;
  const error = run.error ?? change.error;
  return (
    <>
      {error ? (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{failureText(error)}</MessageBarBody>
        </MessageBar>
      ) : null}
      <div className={row.tools}>
        <DialogButton
          icon={<ArrowSyncRegular />}
          disabledFocusable={run.isPending || !source.isEnabled}
          aria-label={t('sources.runNamed', { name })}
          onClick={() =>
            run.mutate(
              { path: `${sourceAddress(source.id)}/run` },
              { onSuccess: () => say(t('sources.asked')) },
            )
          }
        >
          {t('sources.run')}
        </DialogButton>
        <DialogButton
          disabledFocusable={change.isPending}
          aria-label={t(source.isEnabled ? 'sources.pauseNamed' : 'sources.resumeNamed', { name })}
          onClick={() =>
            change.mutate({
              path: sourceAddress(source.id),
              method: 'PATCH',
              body: { isEnabled: !source.isEnabled },
            })
          }
        >
          {source.isEnabled ? t('sources.pause') : t('sources.resume')}
        </DialogButton>
        <DialogButton
          aria-label={t('action.editNamed', { name })}
          onClick={() => onAsk({ kind: 'edit', source })}
        >
          {t('action.edit')}
        </DialogButton>
        <DialogButton
          aria-label={t('action.deleteNamed', { name })}
          onClick={() => onAsk({ kind: 'delete', source })}
        >
          {t('action.delete')}
        </DialogButton>
      </div>
    </>
  );
}

function DeleteSource({ source, onClose }: { source: AnnouncementSource; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useNotice();
  const remove = useChange([SOURCES_KEY, ['serviceHealth'], ['serviceMessages']]);
  const confirm = () =>
    remove.mutate(
      { path: sourceAddress(source.id), method: 'DELETE' },
      {
        onSuccess: () => {
          say(t('sources.deleted'));
          onClose();
        },
      },
    );
  return (
    <ConfirmDialog
      open
      title={t('sources.deleteTitle')}
      confirm={t('action.delete')}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      {t('sources.deleteText', { name: source.displayName })}
    </ConfirmDialog>
  );
}
