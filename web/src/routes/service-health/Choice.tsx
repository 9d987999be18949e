/**
 * One of a few values, by the words of the page.
 */
import { Field, Select } from '@fluentui/react-components';

interface ChoiceProps {
  label: string;
  value: string;
  values: readonly string[];
  word: (value: string) => string;
  onChange: (value: string) => void;
}

export function Choice({ label, value, values, word, onChange }: ChoiceProps) {
  return (
    <Field label={label}>
      <Select value={value} onChange={(_, data) => onChange(data.value)}>
        {values.map((known) => (
          <option key={known} value={known}>
            {word(known)}
          </option>
        ))}
      </Select>
    </Field>
  );
}
