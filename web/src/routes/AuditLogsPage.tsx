/**
 * Audit logs: every change, who made it, and what the record knows about it. Newest first, back in time.
 */
import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { ChevronRightRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { skipTokenOf } from '../api/odata';
import { auditEventsQuery } from '../api/queries';
import type { AuditEvent, ODataList } from '../api/types';
import { useFormats } from '../i18n/format';
import { useLabels } from '../i18n/labels';
import { DataTable, type DataColumn } from '../ui/DataTable';
import { DialogButton } from '../ui/DialogButton';
import { DialogFrame } from '../ui/DialogFrame';
import { Facts, Page, PageHeader, Panel, Unknown, type Fact } from '../ui/layout';
import { Problem } from '../ui/Problem';
import { ResultBadge } from '../ui/StatusBadge';
import { Time } from '../ui/Time';

const NO_ROWS: AuditEvent[] = [];

const useStyles = makeStyles({
  more: { margin: 0, fontSize: tokens.fontSizeBase300 },
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
    marginTop: tokens.spacingVerticalM,
  },
  buttons: { display: 'flex', gap: tokens.spacingHorizontalS, '@media print': { display: 'none' } },
});

export function AuditLogsPage() {
  const { t } = useTranslation();
  const { before } = useSearch({ from: '/app/audit-logs' });
  const [open, setOpen] = useState<AuditEvent | null>(null);
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery(auditEventsQuery(before));
  const columns = useColumns(setOpen);
  return (
    <Page>
      <PageHeader title={t('page.auditLogs')} intro={t('audit.intro')} />
      {error && !data ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Panel>
          <DataTable
            label={t('page.auditLogs')}
            columns={columns}
            rows={data?.value ?? NO_ROWS}
            rowKey={(event) => event.id}
            loading={isFetching && (data === undefined || isPlaceholderData)}
            empty={t('audit.none')}
            minWidth="820px"
          />
          {data ? <TimePager list={data} before={before} /> : null}
        </Panel>
      )}
      <EventDialog event={open} onClose={() => setOpen(null)} />
    </Page>
  );
}

function TimePager({ list, before }: { list: ODataList<AuditEvent>; before: string | undefined }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const navigate = useNavigate({ from: '/audit-logs' });
  const older = skipTokenOf(list['@odata.nextLink']);
  const total = list['@odata.count'] ?? list.value.length;
  return (
    <nav className={styles.bar} aria-label={t('pager.label')}>
      <Text>{t('audit.total', { count: total, number: format.number(total) })}</Text>
      {before || older ? (
        <div className={styles.buttons}>
          <Button disabled={!before} onClick={() => void navigate({ search: {} })}>
            {t('audit.newest')}
          </Button>
          <Button
            icon={<ChevronRightRegular />}
            iconPosition="after"
            disabled={!older}
            onClick={() => void navigate({ search: { before: older } })}
          >
            {t('audit.older')}
          </Button>
        </div>
      ) : null}
    </nav>
  );
}

function Actor({ event }: { event: AuditEvent }) {
  const labels = useLabels();
  const { auditActorType, id, userPrincipalName } = event.actor;
  if (userPrincipalName) return userPrincipalName;
  return id ? `${labels.actorType(auditActorType)} (${id})` : labels.actorType(auditActorType);
}

function targetOf(event: AuditEvent): string | undefined {
  const [first] = event.resources;
  return first?.displayName || first?.resourceId || undefined;
}

function useColumns(onOpen: (event: AuditEvent) => void): DataColumn<AuditEvent>[] {
  const { t } = useTranslation();
  return useMemo(() => {
    const unknown = <Unknown label={t('value.unknown')} />;
    return [
      {
        id: 'activity',
        header: t('audit.activity'),
        width: '18%',
        cell: (event) => <span lang="en">{event.activity}</span>,
      },
      {
        id: 'time',
        header: t('audit.time'),
        width: '14%',
        cell: (event) => <Time iso={event.activityDateTime} />,
      },
      {
        id: 'actor',
        header: t('audit.actor'),
        width: '18%',
        breakAnywhere: true,
        cell: (event) => <Actor event={event} />,
      },
      {
        id: 'target',
        header: t('audit.target'),
        breakAnywhere: true,
        cell: (event) => targetOf(event) ?? unknown,
      },
      {
        id: 'result',
        header: t('audit.result'),
        width: '11%',
        cell: (event) => <ResultBadge result={event.activityResult} />,
      },
      {
        id: 'details',
        header: t('table.actions'),
        width: '11%',
        cell: (event) => (
          <DialogButton
            size="small"
            onClick={() => onOpen(event)}
            aria-label={t('audit.detailsOf', { what: event.activity })}
          >
            {t('audit.details')}
          </DialogButton>
        ),
      },
    ];
  }, [t, onOpen]);
}

/** A value of any shape as text: what the record holds is different for each activity. */
function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(plain).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function EventDialog({ event, onClose }: { event: AuditEvent | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <DialogFrame
      open={event !== null}
      title={t('audit.details')}
      onClose={onClose}
      actions={
        <Button appearance="primary" onClick={onClose}>
          {t('action.close')}
        </Button>
      }
    >
      {event ? <EventDetails event={event} /> : null}
    </DialogFrame>
  );
}

function EventDetails({ event }: { event: AuditEvent }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const resources = event.resources.map(({ auditResourceType, displayName, resourceId }): Fact => {
    return { label: auditResourceType, value: displayName ? `${displayName} (${resourceId})` : resourceId };
  });
  const more = Object.entries(event.details ?? {}).map(([label, value]): Fact => ({
    label,
    value: plain(value),
  }));
  return (
    <>
      <Facts
        unknown={t('value.unknown')}
        facts={[
          { label: t('audit.activity'), value: <span lang="en">{event.activity}</span> },
          { label: t('audit.time'), value: <Time iso={event.activityDateTime} /> },
          { label: t('audit.actor'), value: <Actor event={event} /> },
          { label: t('audit.result'), value: <ResultBadge result={event.activityResult} /> },
          { label: t('audit.category'), value: event.category },
          { label: t('audit.correlation'), value: event.correlationId },
        ]}
      />
      {resources.length + more.length > 0 ? (
        <>
          <h3 className={styles.more}>{t('audit.more')}</h3>
          <Facts unknown={t('value.unknown')} facts={[...resources, ...more]} />
        </>
      ) : null}
    </>
  );
}
