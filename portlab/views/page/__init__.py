"""What lives in the notebook's page: widgets, and the JavaScript and CSS they are made of.

Python answers, the page draws. Nothing is fetched from elsewhere: every file is in this package.
"""
