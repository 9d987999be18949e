/**
 * Asks for one name.
 */
import { Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../../ui/FormDialog';

interface NameDialogProps {
  title: string;
  label: string;
  busy: boolean;
  error: unknown;
  onSubmit: (name: string) => void;
  onClose: () => void;
}

export function NameDialog({ title, label, busy, error, onSubmit, onClose }: NameDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  return (
    <FormDialog
      title={title}
      submit={t('action.create')}
      busy={busy}
      ready={name.trim() !== ''}
      error={error}
      onSubmit={() => onSubmit(name.trim())}
      onClose={onClose}
    >
      <Field label={label} required>
        <Input value={name} maxLength={120} onChange={(_, data) => setName(data.value)} />
      </Field>
    </FormDialog>
  );
}
