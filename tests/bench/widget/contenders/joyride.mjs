/// <reference path="./packages.d.ts" />
// react-joyride, with the React that it needs on a page that has none.
import { createElement, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Joyride } from 'react-joyride';

const steps = [{ target: '#target', title: 'Here', content: 'Press here.', placement: 'bottom', skipBeacon: true, disableBeacon: true }];

function App() {
  const [run, setRun] = useState(false);
  Reflect.set(globalThis, 'startTour', () => setRun(true));
  return createElement(Joyride, { run, steps });
}

const place = document.body.appendChild(document.createElement('div'));
createRoot(place).render(createElement(App));
