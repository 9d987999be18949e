/**
 * Audit logs: every change, who made it, and what exactly changed.
 */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { auditEventsQuery } from '../api/queries';
import type { AuditEvent, AuditResource } from '../api/types';
import { DataTable, type DataColumn } from '../ui/DataTable';
import { Facts, Page, PageHeader, Panel, Unknown } from '../ui/layout';
import { Pager } from '../ui/Pager';
import { Problem } from '../ui/Problem';
import { ResultBadge } from '../ui/StatusBadge';
import { Time } from '../ui/Time';

const NO_ROWS: AuditEvent[] = [];

const useStyles = makeStyles({
  details: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXL },
  resource: {
    margin: `0 0 ${tokens.spacingVerticalS}`,
    fontSize: tokens.fontSizeBase300,
    overflowWrap: 'anywhere',
  },
});

export function AuditLogsPage() {
  const { t } = useTranslation();
  const { page = 1 } = useSearch({ from: '/app/audit-logs' });
  const navigate = useNavigate({ from: '/audit-logs' });
  const [open, setOpen] = useState<AuditEvent | null>(null);
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery(auditEventsQuery({ page }));
  const columns = useColumns(setOpen);
  const rows = data?.value ?? NO_ROWS;
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
            rows={rows}
            rowKey={(event) => event.id}
            loading={isFetching && (data === undefined || isPlaceholderData)}
            empty={t('audit.none')}
            minWidth="820px"
          />
          {data ? (
            <Pager
              page={page}
              shown={rows.length}
              total={data['@odata.count']}
              onPage={(next) => void navigate({ search: { page: next === 1 ? undefined : next } })}
            />
          ) : null}
        </Panel>
      )}
      <EventDialog event={open} onClose={() => setOpen(null)} />
    </Page>
  );
}

function actorOf(event: AuditEvent): string | undefined {
  const { actor } = event;
  return (
    actor?.userPrincipalName ||
    actor?.applicationDisplayName ||
    actor?.userId ||
    actor?.applicationId ||
    undefined
  );
}

function targetOf(event: AuditEvent): string | undefined {
  const [first] = event.resources ?? [];
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
        width: '24%',
        cell: (event) => <span lang="en">{event.displayName || event.activity}</span>,
      },
      { id: 'time', header: t('audit.time'), cell: (event) => <Time iso={event.activityDateTime} /> },
      {
        id: 'actor',
        header: t('audit.actor'),
        width: '22%',
        breakAnywhere: true,
        cell: (event) => actorOf(event) ?? unknown,
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
        width: '12%',
        cell: (event) => <ResultBadge result={event.activityResult} />,
      },
      {
        id: 'details',
        header: t('table.actions'),
        width: '11%',
        cell: (event) => (
          <Button
            size="small"
            onClick={() => onOpen(event)}
            aria-label={t('audit.detailsOf', { what: event.displayName || event.activity || event.id })}
          >
            {t('audit.details')}
          </Button>
        ),
      },
    ];
  }, [t, onOpen]);
}

function EventDialog({ event, onClose }: { event: AuditEvent | null; onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <Dialog open={event !== null} onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('audit.details')}</DialogTitle>
          <DialogContent className={styles.details}>
            {event ? (
              <>
                <Facts
                  unknown={t('value.unknown')}
                  facts={[
                    {
                      label: t('audit.activity'),
                      value: <span lang="en">{event.displayName || event.activity}</span>,
                    },
                    { label: t('audit.time'), value: <Time iso={event.activityDateTime} /> },
                    { label: t('audit.actor'), value: actorOf(event) },
                    { label: t('audit.result'), value: <ResultBadge result={event.activityResult} /> },
                    { label: t('audit.category'), value: event.category },
                    { label: t('audit.correlation'), value: event.correlationId },
                  ]}
                />
                {(event.resources ?? []).map((resource, index) => (
                  <ResourceChanges key={resource.resourceId ?? index} resource={resource} />
                ))}
              </>
            ) : null}
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {t('action.close')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

type Changed = NonNullable<AuditResource['modifiedProperties']>[number];
const NO_CHANGES: Changed[] = [];

function ResourceChanges({ resource }: { resource: AuditResource }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const name = resource.displayName || resource.resourceId || t('value.unknown');
  const columns = useMemo<DataColumn<Changed>[]>(() => {
    const unknown = <Unknown label={t('audit.noValue')} />;
    return [
      { id: 'name', header: t('audit.property'), breakAnywhere: true, cell: (row) => row.displayName },
      { id: 'old', header: t('audit.oldValue'), breakAnywhere: true, cell: (row) => row.oldValue || unknown },
      { id: 'new', header: t('audit.newValue'), breakAnywhere: true, cell: (row) => row.newValue || unknown },
    ];
  }, [t]);
  return (
    <div>
      <h3 className={styles.resource}>{name}</h3>
      <DataTable
        label={name}
        columns={columns}
        rows={resource.modifiedProperties ?? NO_CHANGES}
        rowKey={(row) => row.displayName}
        empty={t('audit.noChanges')}
        minWidth="420px"
      />
    </div>
  );
}
