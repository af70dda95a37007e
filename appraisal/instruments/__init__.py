"""Appraisal instruments as data: read, proved, evaluated and drawn without Django.

An instrument (RoB 2, ROBINS-I, a checklist of one's own) is a YAML file. `load` reads it, `prove` shows that its
tables decide every reachable combination of answers exactly once, `engine` turns answers into proposals.
"""
