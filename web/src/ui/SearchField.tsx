/**
 * A search box that waits for a pause in typing, and follows the address when the reader goes back.
 */
import { makeStyles, SearchBox } from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';

const PAUSE_MS = 300;

const useStyles = makeStyles({ box: { flex: '1 1 220px', maxWidth: '360px', minWidth: 0 } });

interface SearchFieldProps {
  label: string;
  value: string | undefined;
  onSearch: (value: string | undefined) => void;
}

export function SearchField({ label, value, onSearch }: SearchFieldProps) {
  const styles = useStyles();
  const [text, setText] = useState(value ?? '');
  const sent = useRef(value ?? '');
  const search = useRef(onSearch);
  useEffect(() => {
    search.current = onSearch;
  });

  useEffect(() => {
    const given = value ?? '';
    if (given === sent.current) return;
    sent.current = given;
    setText(given);
  }, [value]);

  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = wanted;
      search.current(wanted || undefined);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);

  return (
    <SearchBox
      className={styles.box}
      aria-label={label}
      placeholder={label}
      value={text}
      maxLength={200}
      onChange={(_, data) => setText(data.value)}
    />
  );
}
