/**
 * What is wrong with a form, shown beside its fields: nothing before somebody tried to send it, then each field's own
 * sentence, and the first of them has the focus. What only the server knows is shown beside the field it names.
 */
import type { FieldProps } from '@fluentui/react-components';
import { useEffect, useState, type ReactElement } from 'react';
import { ApiError } from '../api/client';

/** The sentence of each field that is wrong, by the server's name of the field. */
export type Wrong<Name extends string> = Partial<Record<Name, string | undefined>>;

export interface Checks<Name extends string> {
  /** What a `Field` shows of it. */
  of: (name: Name) => Pick<FieldProps, 'validationMessage' | 'validationState'>;
  /** Sends when nothing is wrong. */
  send: (go: () => void) => void;
  /** The refusal that no field shows. */
  error: unknown;
}

function refusedField(error: unknown): string | undefined {
  return error instanceof ApiError ? error.failure.target : undefined;
}

export function useChecks<Name extends string>(
  names: readonly Name[],
  wrong: Wrong<Name>,
  error: unknown,
): Checks<Name> {
  const [tries, setTries] = useState(0);
  useEffect(() => {
    // A form that checks is alone on the page: in a dialog.
    if (tries > 0) document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tries]);
  const refused = refusedField(error);
  const isBeside = names.some((name) => name === refused);
  const messageOf = (name: Name): string | ReactElement | undefined => {
    if (tries > 0 && wrong[name]) return wrong[name];
    return name === refused && error instanceof ApiError ? (
      <span lang="en">{error.failure.detail}</span>
    ) : undefined;
  };
  return {
    of: (name) => {
      const message = messageOf(name);
      return message ? { validationMessage: message, validationState: 'error' } : {};
    },
    send: (go) => {
      setTries((before) => before + 1);
      if (names.every((name) => !wrong[name])) go();
    },
    error: isBeside ? undefined : error,
  };
}
