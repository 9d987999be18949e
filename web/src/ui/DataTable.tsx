/**
 * The one table of this interface: TanStack Table decides, Fluent draws. On a phone every row becomes a
 * small card of names and values. Sorting and paging are the owner's: this shows what it is given.
 */
import {
  Button,
  makeStyles,
  mergeClasses,
  Select,
  Skeleton,
  SkeletonItem,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import { ArrowSortDownRegular, ArrowSortUpRegular } from '@fluentui/react-icons';
import { rowSortingFeature, tableFeatures, useTable } from '@tanstack/react-table';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useOverflow } from './useOverflow';

export interface DataColumn<T> {
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  /** CSS width on wide screens; columns without one share the rest. */
  width?: string;
  sortable?: boolean;
  numeric?: boolean;
  /** Keeps long words (paths, hashes) from pushing the neighbours. */
  breakAnywhere?: boolean;
}

interface DataTableProps<T> {
  /** Names the table for people who cannot see it. */
  label: string;
  columns: DataColumn<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  /** `deviceName`, or `-deviceName` for descending. */
  sort?: string;
  onSort?: (sort: string) => void;
  loading?: boolean;
  empty: ReactNode;
  /** Narrower than this the rows become cards; feed results stay a table and scroll. */
  stack?: boolean;
  /** Smallest width of the table before it scrolls inside its own frame. */
  minWidth?: string;
}

const PHONE = '@media (max-width: 720px)';

const useStyles = makeStyles({
  frame: { overflowX: 'auto', minWidth: 0, position: 'relative' },
  table: { tableLayout: 'fixed', width: '100%' },
  head: { '@media print': { display: 'table-header-group' } },
  headCell: {
    fontWeight: tokens.fontWeightSemibold,
    height: 'auto',
    paddingTop: tokens.spacingVerticalXS,
    paddingBottom: tokens.spacingVerticalXS,
    verticalAlign: 'bottom',
    overflowWrap: 'anywhere',
    '& .fui-TableHeaderCell__button': { minWidth: 0 },
  },
  cell: {
    height: 'auto',
    paddingTop: tokens.spacingVerticalM,
    paddingBottom: tokens.spacingVerticalM,
    verticalAlign: 'top',
    overflowWrap: 'break-word',
    hyphens: 'auto',
  },
  numeric: { textAlign: 'right', fontVariantNumeric: 'tabular-nums' },
  numericHead: { '& .fui-TableHeaderCell__button': { justifyContent: 'flex-end' }, textAlign: 'right' },
  anywhere: { overflowWrap: 'anywhere' },
  row: { breakInside: 'avoid' },
  empty: {
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalM}`,
    color: tokens.colorNeutralForeground2,
  },
  faded: { opacity: 0.6 },
  stackFrame: { [PHONE]: { overflowX: 'visible' } },
  stackTable: { [PHONE]: { display: 'block', minWidth: '0 !important' } },
  stackHead: {
    [PHONE]: {
      position: 'absolute',
      width: '1px',
      height: '1px',
      overflow: 'hidden',
      clipPath: 'inset(50%)',
    },
  },
  stackBody: { [PHONE]: { display: 'block' } },
  stackRow: {
    [PHONE]: {
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr)',
      rowGap: tokens.spacingVerticalXS,
      paddingTop: tokens.spacingVerticalM,
      paddingBottom: tokens.spacingVerticalM,
    },
  },
  stackCell: {
    [PHONE]: {
      display: 'grid',
      gridTemplateColumns: 'minmax(116px, 34%) minmax(0, 1fr)',
      columnGap: tokens.spacingHorizontalM,
      textAlign: 'left',
      height: 'auto',
      padding: `${tokens.spacingVerticalXXS} 0`,
      '::before': {
        content: 'attr(data-label)',
        color: tokens.colorNeutralForeground3,
        fontSize: tokens.fontSizeBase200,
        overflowWrap: 'anywhere',
      },
    },
  },
  stackFirst: { [PHONE]: { gridTemplateColumns: 'minmax(0, 1fr)', '::before': { display: 'none' } } },
  phoneSort: {
    display: 'none',
    [PHONE]: {
      display: 'flex',
      alignItems: 'center',
      gap: tokens.spacingHorizontalS,
      marginBottom: tokens.spacingVerticalS,
    },
    '@media print': { display: 'none' },
  },
  phoneSelect: { flexGrow: 1, minWidth: 0 },
});

const features = tableFeatures({ rowSortingFeature });

function parseSort(sort: string | undefined) {
  if (!sort) return [];
  return [sort.startsWith('-') ? { id: sort.slice(1), desc: true } : { id: sort, desc: false }];
}

function useRowModel<T extends object>({ columns, rows, rowKey, sort, onSort }: DataTableProps<T>) {
  const definitions = useMemo(
    () =>
      columns.map((column) => ({
        id: column.id,
        accessorFn: (row: T) => row,
        enableSorting: column.sortable === true,
        sortDescFirst: false,
      })),
    [columns],
  );
  const sorting = useMemo(() => parseSort(sort), [sort]);
  return useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowKey,
    manualSorting: true,
    enableSortingRemoval: false,
    enableMultiSort: false,
    state: { sorting },
    onSortingChange: (updater) => {
      const next = (typeof updater === 'function' ? updater(sorting) : updater)[0];
      if (next && onSort) onSort(next.desc ? `-${next.id}` : next.id);
    },
  });
}

export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { label, columns, rows, loading, empty, stack = true, minWidth = '640px' } = props;
  const styles = useStyles();
  const table = useRowModel(props);
  const [frame, overflows] = useOverflow();
  // Only a table that scrolls sideways needs a stop of its own for the keyboard.
  const region = overflows ? { tabIndex: 0, role: 'group', 'aria-label': label } : {};
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);

  if (rows.length === 0 && !loading) return <div className={styles.empty}>{empty}</div>;
  return (
    <>
      {stack && props.onSort ? <PhoneSort {...props} /> : null}
      <div ref={frame} className={mergeClasses(styles.frame, stack && styles.stackFrame)} {...region}>
        <Table
          role="table"
          aria-label={label}
          aria-busy={loading}
          className={mergeClasses(styles.table, stack && styles.stackTable)}
          style={{ minWidth }}
        >
          <TableHeader role="rowgroup" className={mergeClasses(styles.head, stack && styles.stackHead)}>
            {table.getHeaderGroups().map((group) => (
              <TableRow role="row" key={group.id}>
                {group.headers.map((header) => {
                  const column = byId.get(header.column.id);
                  if (!column) return null;
                  const sorted = header.column.getIsSorted();
                  return (
                    <TableHeaderCell
                      key={header.id}
                      role="columnheader"
                      className={mergeClasses(styles.headCell, column.numeric && styles.numericHead)}
                      style={column.width ? { width: column.width } : undefined}
                      sortable={column.sortable === true}
                      sortDirection={
                        sorted === false ? undefined : sorted === 'desc' ? 'descending' : 'ascending'
                      }
                      onClick={column.sortable ? () => header.column.toggleSorting() : undefined}
                    >
                      {column.header}
                    </TableHeaderCell>
                  );
                })}
              </TableRow>
            ))}
          </TableHeader>
          <TableBody role="rowgroup" className={mergeClasses(stack && styles.stackBody)}>
            {loading && rows.length === 0 ? (
              <LoadingRows columns={columns} />
            ) : (
              table.getRowModel().rows.map((row) => (
                <TableRow
                  role="row"
                  key={row.id}
                  className={mergeClasses(styles.row, stack && styles.stackRow)}
                >
                  {columns.map((column, index) => (
                    <TableCell
                      key={column.id}
                      role="cell"
                      data-label={column.header}
                      className={mergeClasses(
                        styles.cell,
                        column.numeric && styles.numeric,
                        column.breakAnywhere && styles.anywhere,
                        stack && styles.stackCell,
                        stack && index === 0 && styles.stackFirst,
                      )}
                    >
                      <div>{column.cell(row.original)}</div>
                    </TableCell>
                  ))}
                </TableRow>
              ))
            )}
          </TableBody>
        </Table>
      </div>
    </>
  );
}

function LoadingRows<T>({ columns }: { columns: DataColumn<T>[] }) {
  const { t } = useTranslation();
  return ['a', 'b', 'c', 'd', 'e', 'f'].map((line) => (
    <TableRow role="row" key={line}>
      {columns.map((column) => (
        <TableCell role="cell" key={column.id}>
          <Skeleton aria-label={t('value.loading')}>
            <SkeletonItem />
          </Skeleton>
        </TableCell>
      ))}
    </TableRow>
  ));
}

/** On a phone the column heads are out of sight, so the order is chosen here. */
function PhoneSort<T>({ columns, sort, onSort }: DataTableProps<T>) {
  const { t } = useTranslation();
  const styles = useStyles();
  const [current] = parseSort(sort);
  const sortable = columns.filter((column) => column.sortable);
  if (!onSort || sortable.length === 0) return null;
  const desc = current?.desc === true;
  const id = current?.id ?? '';
  return (
    <div className={styles.phoneSort}>
      <Select
        className={styles.phoneSelect}
        aria-label={t('table.sortBy')}
        value={id}
        onChange={(_, data) => onSort(data.value)}
      >
        {sortable.map((column) => (
          <option key={column.id} value={column.id}>
            {column.header}
          </option>
        ))}
      </Select>
      <Button
        icon={desc ? <ArrowSortDownRegular /> : <ArrowSortUpRegular />}
        aria-label={desc ? t('table.descending') : t('table.ascending')}
        onClick={() => onSort(desc ? id : `-${id}`)}
      />
    </div>
  );
}
