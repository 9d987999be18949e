/**
 * One filter: a native list (kind to phones and screen readers) whose first entry takes the filter away.
 */
import { makeStyles, Select, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  select: {
    flex: '0 1 auto',
    minWidth: '120px',
    maxWidth: '100%',
    '@media (max-width: 480px)': { flex: '1 1 45%' },
  },
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
    marginBottom: tokens.spacingVerticalM,
    '@media print': { display: 'none' },
  },
});

interface FilterSelectProps {
  label: string;
  all: string;
  value: string | undefined;
  options: { value: string; label: string }[];
  onChange: (value: string | undefined) => void;
}

export function FilterSelect({ label, all, value, options, onChange }: FilterSelectProps) {
  const known = value === undefined || options.some((option) => option.value === value);
  return (
    <Select
      className={useStyles().select}
      aria-label={label}
      value={value ?? ''}
      onChange={(_, data) => onChange(data.value || undefined)}
    >
      <option value="">{all}</option>
      {known ? null : <option value={value}>{value}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </Select>
  );
}

export function Toolbar({ children }: { children: React.ReactNode }) {
  return <div className={useStyles().bar}>{children}</div>;
}
