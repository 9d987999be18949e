/**
 * Counting and adding up instead of listing: the column to group by, and what to show of each group.
 */
import { Field, makeStyles, Select } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { MEASURES } from './address';

export interface Grouped {
  /** Empty: no grouping. */
  by: string;
  measure: string;
  /** The column that is added up; empty is the first. */
  of: string;
}

const useStyles = makeStyles({
  field: { flex: '1 1 200px', minWidth: 0, maxWidth: '320px' },
});

interface GroupingProps {
  columns: string[];
  value: Grouped;
  onChange: (value: Grouped) => void;
}

export function Grouping({ columns, value, onChange }: GroupingProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <>
      <Field className={styles.field} label={t('explorer.groupBy')}>
        <Select value={value.by} onChange={(_, data) => onChange({ ...value, by: data.value })}>
          <option value="">{t('explorer.noGrouping')}</option>
          <Names names={columns} />
        </Select>
      </Field>
      {value.by ? (
        <Field className={styles.field} label={t('explorer.measure')}>
          <Select value={value.measure} onChange={(_, data) => onChange({ ...value, measure: data.value })}>
            {MEASURES.map((name) => (
              <option key={name} value={name}>
                {t(`measure.${name}`)}
              </option>
            ))}
          </Select>
        </Field>
      ) : null}
      {value.by && value.measure !== 'count' ? (
        <Field className={styles.field} label={t('explorer.measureOf')}>
          <Select
            value={value.of || columns[0] || ''}
            onChange={(_, data) => onChange({ ...value, of: data.value })}
          >
            <Names names={columns} />
          </Select>
        </Field>
      ) : null}
    </>
  );
}

function Names({ names }: { names: string[] }) {
  return names.map((name) => (
    <option key={name} value={name}>
      {name}
    </option>
  ));
}
