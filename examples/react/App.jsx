// React 19 sets properties of custom elements by itself. It would take `oncairn:progress` for an attribute, so events are heard
// where the element is at hand.
import { useCallback, useRef, useState } from 'react';

const traits = { plan: 'team' };

export function App() {
  const checklist = useRef(null);
  const [progress, setProgress] = useState('Nothing yet');
  const attach = useCallback((element) => {
    checklist.current = element;
    const listen = ({ detail }) => setProgress(`${detail.done} of ${detail.total}`);
    element.addEventListener('cairn:progress', listen);
    return () => element.removeEventListener('cairn:progress', listen);
  }, []);
  return (
    <>
      <main>
        <h1>Projects</h1>
        <button id="make" onClick={() => checklist.current.track('project_created')}>Make a project</button>
        <p id="progress">{progress}</p>
      </main>
      <cairn-checklist ref={attach} src="onboarding.json" user="u_123" traits={traits} />
    </>
  );
}
