/**
 * Chooses columns, condition, order, grouping and version for one table. Runs on submit, never while typing.
 */
import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  Button,
  Checkbox,
  Field,
  Input,
  makeStyles,
  Select,
  tokens,
} from '@fluentui/react-components';
import { ArrowResetRegular, PlayRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WarehouseTable } from '../../api/types';
import type { ExplorerSearch } from '../../app/search';
import { columnsOf, DEFAULT_TOP, selectOf, versionOf, VERSIONS } from './address';
import { Grouping, type Grouped } from './Grouping';

const TOPS = [10, 50, 200, 1000];

const useStyles = makeStyles({
  form: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    marginBottom: tokens.spacingVerticalL,
  },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', gap: tokens.spacingHorizontalL },
  filter: { flex: '1 1 320px', minWidth: 0 },
  input: { fontFamily: tokens.fontFamilyMonospace, width: '100%', minWidth: 0 },
  wide: { flex: '1 1 200px', minWidth: 0, maxWidth: '320px' },
  small: { flex: '0 1 160px', minWidth: '120px' },
  columns: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 240px), 1fr))',
    border: 0,
    margin: 0,
    padding: 0,
    minWidth: 0,
  },
  checkbox: { overflowWrap: 'anywhere', minWidth: 0 },
  accordion: { marginLeft: `calc(-1 * ${tokens.spacingHorizontalM})` },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

interface RequestBuilderProps {
  table: WarehouseTable;
  search: ExplorerSearch;
  onRun: (search: ExplorerSearch) => void;
}

function exampleFor(table: WarehouseTable): string {
  const names = new Set(table.columns.map((column) => column.name));
  if (names.has('dateKey')) return 'dateKey ge 20261101';
  if (names.has('rowLastModifiedDateTimeUTC')) return 'rowLastModifiedDateTimeUTC ge 2026-11-01T00:00:00Z';
  return `${table.columns[0]?.name ?? 'id'} eq 1`;
}

/** The grouping as it stands in the address: counting is what is meant when nothing is said. */
function groupOf({ by, measure, of }: Grouped, columns: string[]): ExplorerSearch {
  return measure === 'count' ? { by } : { by, measure, of: of || columns[0] };
}

export function RequestBuilder({ table, search, onRun }: RequestBuilderProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const [version, setVersion] = useState(search.version);
  const all = columnsOf(table, versionOf(table, version));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(search.select?.split(',') ?? all));
  const [filter, setFilter] = useState(search.filter ?? '');
  const [top, setTop] = useState(search.top ?? DEFAULT_TOP);
  const [order, setOrder] = useState(search.orderby ?? '');
  const [grouped, setGrouped] = useState<Grouped>({
    by: search.by ?? '',
    measure: search.measure ?? 'count',
    of: search.of ?? '',
  });

  const run = () =>
    onRun({
      version,
      ...(grouped.by ? groupOf(grouped, all) : { select: selectOf(chosen, all) }),
      filter: filter.trim() || undefined,
      orderby: order.trim() || undefined,
      top: top === DEFAULT_TOP ? undefined : top,
    });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      <div className={styles.row}>
        <Field
          className={styles.filter}
          label="$filter"
          hint={t('explorer.filterHint', { example: exampleFor(table) })}
        >
          <Input
            className={styles.input}
            value={filter}
            maxLength={2000}
            spellCheck={false}
            autoComplete="off"
            onChange={(_, data) => setFilter(data.value)}
          />
        </Field>
        <Field className={styles.small} label="$top">
          <Select value={String(top)} onChange={(_, data) => setTop(Number(data.value))}>
            {[...new Set([...TOPS, top])]
              .toSorted((a, b) => a - b)
              .map((rows) => (
                <option key={rows} value={rows}>
                  {rows}
                </option>
              ))}
          </Select>
        </Field>
        <Field className={styles.small} label={t('explorer.version')}>
          <Select
            value={versionOf(table, version)}
            onChange={(_, data) => setVersion(VERSIONS.find((name) => name === data.value))}
          >
            {(table.versions ?? VERSIONS).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      <div className={styles.row}>
        <Field className={styles.wide} label="$orderby" hint={t('explorer.orderHint')}>
          <Input
            className={styles.input}
            value={order}
            maxLength={500}
            spellCheck={false}
            autoComplete="off"
            onChange={(_, data) => setOrder(data.value)}
          />
        </Field>
        <Grouping columns={all} value={grouped} onChange={setGrouped} />
      </div>
      <ColumnChoice all={all} chosen={chosen} onChoose={setChosen} />
      <div className={styles.actions}>
        <Button type="submit" appearance="primary" icon={<PlayRegular />}>
          {t('explorer.run')}
        </Button>
        <Button icon={<ArrowResetRegular />} onClick={() => onRun({})}>
          {t('explorer.reset')}
        </Button>
      </div>
    </form>
  );
}

interface ColumnChoiceProps {
  all: string[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

function ColumnChoice({ all, chosen, onChoose }: ColumnChoiceProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const toggle = (name: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(name);
    else next.delete(name);
    onChoose(next);
  };
  return (
    <Accordion collapsible className={styles.accordion}>
      <AccordionItem value="columns">
        <AccordionHeader as="h3">
          {t('explorer.columns', { chosen: chosen.size, all: all.length })}
        </AccordionHeader>
        <AccordionPanel>
          <fieldset
            className={styles.columns}
            aria-label={t('explorer.columns', { chosen: chosen.size, all: all.length })}
          >
            {all.map((name) => (
              <Checkbox
                key={name}
                className={styles.checkbox}
                label={name}
                checked={chosen.has(name)}
                onChange={(_, data) => toggle(name, data.checked === true)}
              />
            ))}
          </fieldset>
        </AccordionPanel>
      </AccordionItem>
    </Accordion>
  );
}
