/**
 * How long the tables with days are kept, what goes next, and changing it.
 */
import { Badge, Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { retentionQuery } from '../../api/queries';
import type { TableRetention } from '../../api/types';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { useFormats } from '../../i18n/format';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { DialogButton } from '../../ui/DialogButton';
import { FormDialog } from '../../ui/FormDialog';
import { Identifier } from '../../ui/Identifier';
import { Panel } from '../../ui/layout';
import { LoadingPanel } from '../../ui/Loading';
import { Problem } from '../../ui/Problem';

const useStyles = makeStyles({
  intro: {
    margin: `0 0 ${tokens.spacingVerticalM}`,
    color: tokens.colorNeutralForeground2,
    maxWidth: '80ch',
  },
  name: { overflowWrap: 'anywhere' },
});

export function Retention() {
  const styles = useStyles();
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(retentionQuery);
  const columns = useColumns();
  if (error && !data) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingPanel />;
  return (
    <Panel title={t('retention.title')}>
      <p className={styles.intro}>{t('retention.intro', { count: data.noticeDays })}</p>
      <DataTable
        label={t('retention.title')}
        columns={columns}
        rows={data.tables}
        rowKey={(table) => table.name}
        empty={t('warehouse.noTables')}
        minWidth="720px"
      />
    </Panel>
  );
}

function useColumns(): DataColumn<TableRetention>[] {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  return useMemo(() => {
    const kept = (days: number) =>
      days === 0
        ? t('warehouse.keptAlways')
        : t('warehouse.keptDays', { count: days, days: format.number(days) });
    return [
      {
        id: 'name',
        header: t('warehouse.table'),
        width: '34%',
        cell: (table) => (
          <span className={styles.name}>
            <Identifier name={table.name} />
          </span>
        ),
      },
      {
        id: 'kept',
        header: t('warehouse.retention'),
        width: '20%',
        cell: (table) =>
          table.announced
            ? t('retention.announced', {
                now: kept(table.retentionDays),
                later: kept(table.announced.retentionDays),
                date: format.date(table.announced.effectiveDate),
              })
            : kept(table.retentionDays),
      },
      {
        id: 'days',
        header: t('retention.days'),
        width: '12%',
        numeric: true,
        cell: (table) => format.number(table.days),
      },
      {
        id: 'next',
        header: t('retention.next'),
        cell: (table) =>
          table.nextDrop ? (
            <>
              {table.state === 'warning' ? (
                <Badge appearance="tint" color="warning">
                  {t('retention.warning')}
                </Badge>
              ) : null}{' '}
              {t('retention.drop', { count: table.nextDrop.days, date: format.date(table.nextDrop.date) })}
            </>
          ) : (
            t('retention.nothing')
          ),
      },
      {
        id: 'change',
        header: t('table.actions'),
        width: '110px',
        cell: (table) => <Change table={table} />,
      },
    ];
  }, [t, format, styles]);
}

function Change({ table }: { table: TableRetention }) {
  const { t } = useTranslation();
  const say = useNotice();
  const [open, setOpen] = useState(false);
  const [days, setDays] = useState(String(table.retentionDays));
  const change = useChange([['warehouse']]);
  const close = () => {
    change.reset();
    setOpen(false);
  };
  const set = (retentionDays: number | null) =>
    change.mutate(
      {
        path: '/api/warehouse/retention',
        method: 'PATCH',
        body: { tables: [{ name: table.name, retentionDays }] },
      },
      {
        onSuccess: () => {
          say(t('retention.changed'));
          close();
        },
      },
    );
  const wanted = /^\d{1,5}$/.test(days.trim()) ? Number(days) : undefined;
  return (
    <>
      <DialogButton
        size="small"
        aria-label={t('retention.changeOf', { name: table.name })}
        onClick={() => {
          setDays(String(table.announced?.retentionDays ?? table.retentionDays));
          setOpen(true);
        }}
      >
        {t('retention.change')}
      </DialogButton>
      {open ? (
        <FormDialog
          title={t('retention.changeOf', { name: table.name })}
          submit={t('retention.save')}
          busy={change.isPending}
          ready={wanted !== undefined}
          error={change.error}
          onSubmit={() => set(wanted ?? null)}
          onClose={close}
        >
          <Field
            label={t('retention.field')}
            hint={t('retention.fieldHint')}
            {...(wanted === undefined ? { validationMessage: t('retention.fieldWrong') } : {})}
          >
            <Input inputMode="numeric" value={days} onChange={(_, data) => setDays(data.value)} />
          </Field>
          <div>
            <Button onClick={() => set(null)} disabled={change.isPending}>
              {t('retention.default')}
            </Button>
          </div>
        </FormDialog>
      ) : null}
    </>
  );
}
