/**
 * Rows of any shape: as a table, and as bars where they are names with amounts.
 */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/format';
import { BarChart } from '../../ui/BarChart';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Unknown } from '../../ui/layout';

export type Row = Record<string, unknown>;

const LEAST_WIDTH = 170;
const WIDTH_PER_LETTER = 8.5;
/** More bars than this are a wall, not a picture. */
const BARS_MAX = 25;

/** Wide enough for the column's name in one line, in pixels. */
function widthOf(name: string): number {
  return Math.max(LEAST_WIDTH, Math.ceil(name.length * WIDTH_PER_LETTER) + 24);
}

interface RowsProps {
  names: string[];
  rows: Row[];
}

export function RowTable({ names, rows, loading = false }: RowsProps & { loading?: boolean }) {
  const { t } = useTranslation();
  const columns = useColumns(names, rows);
  return (
    <DataTable
      label={t('explorer.result')}
      columns={columns}
      rows={rows}
      rowKey={rowKeyOf(rows)}
      loading={loading}
      empty={t('explorer.noRows')}
      stack={false}
      minWidth={`${names.reduce((sum, name) => sum + widthOf(name), 0)}px`}
    />
  );
}

/** The bars of rows that have one amount and something to call it by; nothing for other rows. */
export function RowChart({ names, rows }: RowsProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const amount = names.find((name) => !isKey(name) && rows.some((row) => typeof row[name] === 'number'));
  const label = names.find((name) => name !== amount);
  if (!amount || !label || names.length > 3 || rows.length < 2) return null;
  const shown = rows.slice(0, BARS_MAX);
  if (new Set(shown.map((row) => row[label])).size < shown.length) return null;
  const bars = shown.map((row) => ({
    label: wordOf(row[label], t('explorer.null')),
    value: Number(row[amount] ?? 0),
  }));
  return <BarChart name={t('explorer.chart', { amount, label })} bars={bars} format={format.number} />;
}

function wordOf(value: unknown, empty: string): string {
  if (value === null || value === undefined || value === '') return empty;
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

/** Rows may repeat, so their place is their key. */
function rowKeyOf(rows: Row[]): (row: Row) => string {
  const places = new Map(rows.map((row, place) => [row, String(place)]));
  return (row) => places.get(row) ?? '';
}

function useColumns(names: string[], rows: Row[]): DataColumn<Row>[] {
  const { t } = useTranslation();
  const format = useFormats();
  return useMemo(
    () =>
      names.map((name) => ({
        id: name,
        header: name,
        width: `${widthOf(name)}px`,
        breakAnywhere: true,
        numeric: typeof rows[0]?.[name] === 'number' && !isKey(name),
        cell: (row) => (
          <Value value={row[name]} name={name} format={format.number} empty={t('explorer.null')} />
        ),
      })),
    [names, rows, t, format],
  );
}

/** Keys are names made of digits, not amounts: they take no thousands separators. */
function isKey(name: string): boolean {
  return /(key|id)$/i.test(name);
}

interface ValueProps {
  name: string;
  value: unknown;
  format: (value: number) => string;
  empty: string;
}

function Value({ name, value, format, empty }: ValueProps) {
  if (value === null || value === undefined) return <Unknown label={empty} />;
  if (typeof value === 'number') return isKey(name) ? String(value) : format(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
