/**
 * SQL explorer: one SELECT over the warehouse's tables as they are now, read-only, within limits.
 */
import {
  Button,
  Field,
  makeStyles,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { PlayRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client';
import { warehouseQuery } from '../../api/queries';
import type { SqlAnswer } from '../../api/types';
import { useChange } from '../../app/session';
import { useFormats } from '../../i18n/format';
import { Page, PageHeader, Panel } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { Problem } from '../../ui/Problem';
import { FeedError } from './FeedError';
import { RowChart, RowTable, type Row } from './Rows';

const EXAMPLE = `SELECT manufacturer, count(*) AS devices
FROM devices
WHERE "isDeleted" = false
GROUP BY manufacturer
ORDER BY devices DESC
LIMIT 20`;

const useStyles = makeStyles({
  editor: {
    fontFamily: tokens.fontFamilyMonospace,
    '& textarea': { fontFamily: tokens.fontFamilyMonospace, minHeight: '180px' },
    width: '100%',
  },
  actions: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    marginTop: tokens.spacingVerticalM,
  },
  note: { color: tokens.colorNeutralForeground2 },
  tables: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 280px), 1fr))',
    gap: tokens.spacingVerticalXS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    overflowWrap: 'anywhere',
  },
});

export function SqlPage() {
  const styles = useStyles();
  const { t } = useTranslation();
  const search = useSearch({ from: '/app/data-warehouse/sql' });
  const navigate = useNavigate({ from: '/data-warehouse/sql' });
  const [sql, setSql] = useState(search.sql ?? EXAMPLE);
  const query = useChange<SqlAnswer>();
  const run = () => {
    void navigate({ search: { sql }, replace: true, resetScroll: false });
    query.mutate({ path: '/api/warehouse/query', body: { sql } });
  };
  const back = <RouterLink to="/data-warehouse">{t('page.dataWarehouse')}</RouterLink>;
  return (
    <Page>
      <PageHeader title={t('page.sql')} above={back} intro={t('sql.intro')} />
      <Panel>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            run();
          }}
        >
          <Field label={t('sql.query')} hint={t('sql.hint')}>
            <Textarea
              className={styles.editor}
              value={sql}
              maxLength={20_000}
              resize="vertical"
              spellCheck={false}
              onChange={(_, data) => setSql(data.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run();
              }}
            />
          </Field>
          <div className={styles.actions}>
            <Button type="submit" appearance="primary" icon={<PlayRegular />} disabled={query.isPending}>
              {t('explorer.run')}
            </Button>
            <span className={styles.note} role="status">
              {query.isPending ? t('sql.running') : ''}
            </span>
          </div>
        </form>
      </Panel>
      {query.error ? <Refused error={query.error} sql={sql} onRetry={run} /> : null}
      {query.data ? <Answer answer={query.data} /> : null}
      <TableNames />
    </Page>
  );
}

function Refused({ error, sql, onRetry }: { error: unknown; sql: string; onRetry: () => void }) {
  const refused = error instanceof ApiError && [400, 408, 413, 501, 503].includes(error.failure.status);
  return refused ? (
    <FeedError failure={error.failure} filter={sql} />
  ) : (
    <Problem error={error} onRetry={onRetry} />
  );
}

function Answer({ answer }: { answer: SqlAnswer }) {
  const { t } = useTranslation();
  const format = useFormats();
  const names = answer.columns.map((column) => column.name);
  const rows: Row[] = answer.rows;
  return (
    <Panel title={t('explorer.result')}>
      {answer.truncated ? (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{t('sql.cutTitle')}</MessageBarTitle>{' '}
            {t('sql.cut', { rows: format.number(rows.length) })}
          </MessageBarBody>
        </MessageBar>
      ) : null}
      <RowChart names={names} rows={rows} />
      <RowTable names={names} rows={rows} />
    </Panel>
  );
}

function TableNames() {
  const styles = useStyles();
  const { t } = useTranslation();
  const { data } = useQuery(warehouseQuery);
  if (!data) return null;
  return (
    <Panel title={t('warehouse.tables')}>
      <ul className={styles.tables}>
        {data.tables.map((table) => (
          <li key={table.name}>
            <RouterLink to="/data-warehouse/explore/$collection" params={{ collection: table.name }}>
              {table.name}
            </RouterLink>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
